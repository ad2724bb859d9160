"""Checks vgglab's numbers against PyTorch and torchvision on Fashion-MNIST, and its exports against the programs that read them.

Prints one line per check with the measured values; the exit status is 1 if a check failed.
"""

import argparse
import copy
import math
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import exports
import health
import layers
import members
import peer
import recipes
from program import Failure, Program

STEPS = 20


def experiment(side, batch):
    """The notebook's small VGG-11 without dropout, images in file order."""
    return {
        "name": "interop",
        "description": "compared with PyTorch",
        "network": {"blocks": peer.VGG11, "ratio": 4, "kernel": 3, "classifier": [4096, 4096], "dropout": 0},
        "data": {
            "dataset": "fashion-mnist", "resize": side, "batch_size": batch, "shuffle": False,
            "limit_train": STEPS * batch, "limit_test": 100, "sampling": "first",
        },
        "training": {"optimizer": "sgd", "lr": 0.05, "momentum": 0, "weight_decay": 0, "epochs": 1, "seed": 3},
    }


def plain_small():
    """A small network on small images, to check every step."""
    recipe = experiment(32, 32)
    recipe["network"]["classifier"] = [256, 128]
    return recipe


# What a recipe may say beyond plain SGD, checked on the small network.
RECIPES = {
    "Nesterov, decay of weights": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.02, "decay": "weights"},
    "Adam": {"optimizer": "adam", "lr": 0.001, "weight_decay": 0.02},
    "AdamW": {
        "optimizer": "adamw", "lr": 0.001, "weight_decay": 0.2, "decay": "weights", "beta1": 0.8, "beta2": 0.95,
        "eps": 1e-6,
    },
    "cosine after a warmup": {"momentum": 0.9, "schedule": "cosine", "min_lr": 0.01, "warmup_steps": 5},
    "clipped gradients and smoothed labels": {"momentum": 0.9, "clip_norm": 0.5, "label_smoothing": 0.1},
    "linear": {"schedule": "linear", "min_lr": 0.01},
    "one cycle": {"momentum": 0.9, "schedule": "one_cycle"},
}


class Checks:
    """Counts checks and prints the result of each."""

    def __init__(self):
        self.passed = self.failed = 0

    def judge(self, name, good, measured):
        self.passed += good
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'}  {name}: {measured}", flush=True)

    def run(self, name, check, *arguments):
        """Runs a check; an exception in it is a failure."""
        try:
            return check(self, *arguments)
        except (Failure, OSError, KeyError, ValueError, RuntimeError, IndexError) as error:
            self.judge(name, False, f"{type(error).__name__}: {error}")
            return None


def check_resize(checks, program):
    """Compares resized images with torchvision's, for larger and smaller sizes and 28 itself."""
    for side in [28, 32, 64, 96, 224, 20]:
        ours, theirs = program.test_images(64, side), peer.images("t10k", side, 64)
        difference = (ours - theirs).abs()
        worst, off = difference.max().item(), (difference > 1e-6).double().mean().item()
        checks.judge(
            f"resize to {side}", worst <= 1 / 255 + 1e-6,
            f"largest difference {worst * 255:.4f}/255, {off:.4%} of the pixels differ")


def check_initial_weights(checks, program, recipe):
    """PyTorch loads the initial weights, and their distribution is that of the notebook's."""
    tensors = program.initial_weights(recipe)
    peer.network(recipe, tensors)
    checks.judge("PyTorch loads the initial weights", True, f"{len(tensors)} tensors, strict")

    outside, mean_error, variance_error = [], 0.0, 0.0
    for name, tensor in tensors.items():
        bound, values = peer.initial_bound(name, tensors), tensor.double().flatten()
        if values.abs().max().item() > bound * (1 + 1e-6):
            outside.append(name)
        # In units of their standard deviation: sigma / sqrt(n) for the mean, sqrt(0.8 / n) for the relative variance.
        sigma, count = bound / math.sqrt(3), values.numel()
        mean_error = max(mean_error, abs(values.mean().item()) / sigma * math.sqrt(count))
        variance = (values**2).mean().item() / sigma**2
        variance_error = max(variance_error, abs(variance - 1) / math.sqrt(0.8 / count))
    checks.judge(
        "initial weights lie within their bounds", not outside, ", ".join(outside) or f"all {len(tensors)} tensors")
    checks.judge("their means are 0", mean_error < 5, f"at most {mean_error:.2f} deviations off")
    checks.judge("their variances are those of uniform", variance_error < 5, f"at most {variance_error:.2f} deviations off")


def check_steps(checks, program, recipe, name, compares_weights=True):
    """Compares the first losses and the weights after them, from the same initial weights on the same images."""
    start = program.initial_weights(recipe)
    events, path = program.train(recipe)
    ours = [event["loss"] for event in events if event["event"] == "progress"]
    net = peer.network(recipe, copy.deepcopy(start))
    theirs = peer.train(net, recipe, STEPS)
    if len(ours) != STEPS:
        checks.judge(f"{STEPS} losses, {name}", False, f"there are {len(ours)}")
        return
    span = f"{ours[0]:.4f} to {ours[-1]:.4f}"
    if not compares_weights:  # double precision takes many minutes at the notebook's sizes
        worst = largest(ours, theirs)
        checks.judge(f"{STEPS} losses, {name}", worst <= 5e-4, f"{span}, largest relative difference {worst:.1e}")
        return

    # Rounding decides which of nearly equal values a pooling selects, so runs drift apart however a step is computed,
    # and momentum amplifies it. The reference is double precision: vgglab may deviate from it at most twice as far as
    # PyTorch's single precision does.
    exact = peer.network(recipe, copy.deepcopy(start)).double()
    losses = peer.train(exact, recipe, STEPS)
    off, theirs_off = largest(ours, losses), largest(theirs, losses)
    checks.judge(
        f"{STEPS} losses, {name}", off <= 2 * theirs_off + 2e-5,
        f"{span}, up to {off:.1e} off double precision, PyTorch's float32 {theirs_off:.1e}")
    ends, exact = load_file(path), exact.state_dict()
    change = distance(exact, start)
    ours, theirs = distance(ends, exact) / change, distance(net.state_dict(), exact) / change
    checks.judge(
        f"weights after {STEPS} steps, {name}", ours <= 2 * theirs + 1e-5,
        f"of their change {ours:.1e} off double precision, PyTorch's float32 {theirs:.1e}")


def largest(losses, others):
    """The largest relative difference of two runs' losses."""
    return max(abs(a - b) / abs(b) for a, b in zip(losses, others))


def distance(a, b):
    """The norm of the difference of two sets of tensors."""
    return sum((a[name].double() - b[name].double()).norm().item() ** 2 for name in a) ** 0.5


def check_evaluation(checks, program, recipe, weights, name):
    """Compares loss and accuracy over all test images, from one file of weights."""
    ours = program.evaluate(weights, recipe)
    loss, correct = peer.evaluate(peer.network(recipe, load_file(weights)), recipe)
    good = (
        abs(ours["loss"] - loss) <= 1e-4 and abs(ours["correct"] - correct) <= 2 and ours["examples"] == 10000
        and abs(ours["accuracy"] - ours["correct"] / ours["examples"]) < 1e-9)
    checks.judge(
        name, good,
        f"loss {ours['loss']:.6f} and {loss:.6f}, {ours['correct']} and {correct} of {ours['examples']} right")
    return correct


def check_trained(checks, program, recipe):
    """Loads a trained network's file in both directions."""
    recipe = copy.deepcopy(recipe)
    recipe["data"].update(limit_train=STEPS * 15 * recipe["data"]["batch_size"])
    recipe["network"]["classifier"] = [256, 256]
    recipe["training"].update(momentum=0.9)
    _, path = program.train(recipe)
    del recipe["data"]["limit_test"]
    correct = check_evaluation(checks, program, recipe, path, "evaluation of vgglab's file")
    checks.judge("that network has learnt something", correct > 3000, f"{correct} of 10000 right")

    net = peer.network(recipe, load_file(path))
    peer.train(net, recipe, 3)
    path = program.folder / "pytorch.safetensors"
    save_file(net.state_dict(), path)
    check_evaluation(checks, program, recipe, path, "evaluation of PyTorch's file")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vgglab", default=".build/release/vgglab", help="the program to check")
    parser.add_argument("--full", action="store_true", help="use the notebook's sizes: 224 × 224, batches of 128")
    options = parser.parse_args()

    plain = experiment(224, 128) if options.full else experiment(96, 32)
    short = plain_small()
    short["training"].update(momentum=0.9, epochs=2)
    trained = experiment(96, 32) if options.full else experiment(32, 32)
    momentum = copy.deepcopy(plain)
    # Strong enough that a step without weight decay would be detected: the usual 5e-4 moves weights less in 20 steps
    # than rounding does.
    momentum["training"].update(momentum=0.9, weight_decay=0.02)
    checks = Checks()
    print(f"PyTorch {torch.__version__}, side {plain['data']['resize']}, batches of {plain['data']['batch_size']}")
    with tempfile.TemporaryDirectory() as folder:
        program = Program(options.vgglab, folder)
        checks.run("resize", check_resize, program)
        checks.run("initial weights", check_initial_weights, program, plain)
        for recipe, name in ((plain, "SGD"), (momentum, "momentum 0.9 and weight decay 0.02")):
            checks.run(f"steps, {name}", check_steps, program, recipe, name, not options.full)
        for name, training in RECIPES.items():
            recipe = plain_small()
            recipe["training"].update(training)
            # Adam makes a whole step of a gradient that is 0 but for rounding, and Winograd's rounding is larger.
            recipe["engine"] = {"convolution": "direct"}
            checks.run(f"steps, {name}", check_steps, program, recipe, name)
        checks.run("trained network", check_trained, program, trained)
        health.check_health(checks, program, plain_small())
        checks.run("exports", exports.check_exports, program, short)

        # Hundreds of short runs, which need few images.
        data, folder = Path(folder) / "data", Path(folder) / "few"
        folder.mkdir()
        peer.write_few(data, 256)
        few = Program(options.vgglab, folder, data)
        layers.check_layers(checks, few)
        recipes.check_recipes(checks, few)
        members.check_members(checks, few)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
