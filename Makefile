# vgglab's commands for developers: `make help` lists them. Everything is built optimised, in one build folder for
# running and testing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Debug information would take a fifth of the build time; BUILD="-c release" adds line numbers to backtraces.
BUILD := -c release -debug-info-format none
TIDY := sed -u -f scripts/build-output.sed
SWIFT_FILES := Package.swift Sources Tests

# The version of the sources for the program, unless this folder is part of another project.
export VGGLAB_COMMIT := $(shell git ls-files --error-unmatch Package.swift >/dev/null 2>&1 && \
	git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
export VGGLAB_COMPILER := $(shell swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/Swift \1/p')

# Arguments of vgglab for `make run`.
ARGS ?= --no-tui experiments/quickstart.yaml

# Where `make install` installs the program; below DESTDIR if that is set.
PREFIX ?= $(HOME)/.local
export DESTDIR

.PHONY: help run build static install deb test test-package long-tests truth lint format interop bench clean setup

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' Makefile

run: build ## Install missing packages, build, and train the quick-start experiment; ARGS="…" passes other arguments
	@.build/release/vgglab $(ARGS)

build: setup ## Install missing packages and build
	@swift build $(BUILD) --product vgglab 2>&1 | $(TIDY) >&2

install: static ## Install the program, its man page and completions into PREFIX (default: ~/.local)
	@scripts/install "$(PREFIX)"

deb: static ## Build a Debian package of the program
	@scripts/setup --package >&2
	@scripts/package

# Linked with Swift's libraries, the program runs on systems without Swift. Tests cannot be built that way, so this is a
# separate build.
static: setup
	@swift build $(BUILD) --static-swift-stdlib --product vgglab --scratch-path .build-static 2>&1 | $(TIDY) >&2

# Without testable imports the tests share the program's objects; otherwise everything would be compiled twice.
test: setup ## Install missing packages and run all tests
	@scripts/setup --tests >&2
	@scripts/test-setup
	@swift test $(BUILD) --disable-testable-imports --disable-xctest 2>&1 | $(TIDY)

test-package: static ## Install the Debian package in a fresh Debian without Swift, and train there; needs root
	@scripts/setup --package >&2
	@scripts/test-package

long-tests: setup ## Kill 200 runs at random moments, and make every system call that writes fail; takes half an hour
	@scripts/setup --tests >&2
	@scripts/long-tests

truth: build ## Check everything that the dashboard shows of small runs of every kind against the store; takes two minutes
	@scripts/setup --truth >&2
	@scripts/truth

lint: setup ## Check the format of the sources, and that targets import only what Package.swift lists
	@scripts/check-imports
	@swift format lint --strict -p -r $(SWIFT_FILES)

format: setup ## Format the sources
	@swift format -i -p -r $(SWIFT_FILES)

interop: build ## Check vgglab against PyTorch, with oneDNN 2 and 3, and exports; ARGS=--full uses the notebook's sizes
	@scripts/setup --interop >&2
	@interop/run $(if $(filter command line,$(origin ARGS)),$(ARGS))
	@interop/onednn3

bench: build ## Compare a training step with TensorFlow and PyTorch; ARGS="--set training.precision=bfloat16" passes options
	@scripts/setup --interop >&2
	@Benchmarks/run compare $(if $(filter command line,$(origin ARGS)),$(ARGS))

clean: ## Remove build folders
	@rm -rf .build .build-static .build-interop-venv .build-bench-venv .build-onednn3

setup:
	@scripts/setup >&2
