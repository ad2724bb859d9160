# vgglab's commands for people: `make help` lists them. Everything is built optimised, into one build folder that
# running and testing share.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Debug information would take a fifth of the time; BUILD="-c release" has line numbers in backtraces again.
BUILD := -c release -debug-info-format none
TIDY := sed -u -f scripts/build-output.sed
SWIFT_FILES := Package.swift Sources Tests

# What the program says it was built from, unless this folder is part of another project.
export VGGLAB_COMMIT := $(shell git ls-files --error-unmatch Package.swift >/dev/null 2>&1 && \
	git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
export VGGLAB_COMPILER := $(shell swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/Swift \1/p')

# What `make run` passes to vgglab.
ARGS ?= --no-tui experiments/quickstart.yaml

# Where `make install` puts the program; DESTDIR is put before it.
PREFIX ?= $(HOME)/.local
export DESTDIR

.PHONY: help run build static install deb test test-package long-tests truth lint format interop bench clean setup

help: ## Say what make can do here
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

run: build ## Install what is missing, build, and train the quick-start experiment; ARGS="…" passes other arguments
	@.build/release/vgglab $(ARGS)

build: setup ## Install what is missing and build
	@swift build $(BUILD) --product vgglab 2>&1 | $(TIDY) >&2

install: static ## Install the program, its man page and completions into PREFIX, ~/.local by default
	@scripts/install "$(PREFIX)"

deb: static ## Make a Debian package of the program
	@scripts/setup --package >&2
	@scripts/package

# With Swift's libraries in it, the program runs where there is no Swift. Tests cannot be built that way, so that this is
# a build of its own.
static: setup
	@swift build $(BUILD) --static-swift-stdlib --product vgglab --scratch-path .build-static 2>&1 | $(TIDY) >&2

# Without testable imports the tests share the program's objects; otherwise everything would be compiled twice.
test: setup ## Install what is missing and run every test
	@scripts/setup --tests >&2
	@scripts/test-setup
	@swift test $(BUILD) --disable-testable-imports --disable-xctest 2>&1 | $(TIDY)

test-package: static ## Install the Debian package in a fresh Debian without Swift, and train there; takes root
	@scripts/setup --package >&2
	@scripts/test-package

long-tests: setup ## Kill 200 runs at random moments, and fail every system call that writes; half an hour
	@scripts/setup --tests >&2
	@scripts/long-tests

truth: build ## Hold all that the dashboard shows of small runs of every kind against the store; two minutes
	@scripts/setup --truth >&2
	@scripts/truth

lint: setup ## Check the sources' format and that targets import only what Package.swift lists for them
	@scripts/check-imports
	@swift format lint --strict -p -r $(SWIFT_FILES)

format: setup ## Format the sources
	@swift format -i -p -r $(SWIFT_FILES)

interop: build ## Check vgglab against PyTorch, with oneDNN 2 and 3, and exports; ARGS=--full takes the notebook's sizes
	@scripts/setup --interop >&2
	@interop/run $(if $(filter command line,$(origin ARGS)),$(ARGS))
	@interop/onednn3

bench: build ## Measure a training step beside TensorFlow and PyTorch; ARGS="--set training.precision=bfloat16" or others
	@scripts/setup --interop >&2
	@Benchmarks/run compare $(if $(filter command line,$(origin ARGS)),$(ARGS))

clean: ## Remove what was built
	@rm -rf .build .build-static .build-interop-venv .build-bench-venv .build-onednn3

setup:
	@scripts/setup >&2
