"""Compares ten steps of every optimizer, schedule and other setting of a recipe with PyTorch in double precision, and
checks the distributions of initial weights."""

import copy
import math

import torch
from safetensors.torch import load_file

import modules
import peer
from modules import conv

STEPS = 10
# Neither ReLU nor max pooling, which amplify rounding errors where they choose between nearly equal values: in ten steps
# of a smooth network, float32 stays close to double precision.
SMOOTH = [conv(8, 3), "tanh", "avg_pool", "flatten", {"linear": 32}, "tanh", {"linear": "classes"}]
# With batch norm, whose scales and shifts `decay: weights` exempts. It follows the activation: directly after a
# convolution it would leave the bias a gradient of nothing but rounding errors, which Adam scales up to full steps.
NORMED = [conv(8, 3), "tanh", "batch_norm", "avg_pool", "flatten", {"linear": 32}, "tanh", {"linear": "classes"}]

OPTIMIZERS = {
    "SGD": {},
    "SGD, decay of all": {"weight_decay": 0.1},
    "SGD, decay of weights": {"weight_decay": 0.1, "decay": "weights"},
    "momentum": {"momentum": 0.9},
    "momentum, decay of all": {"momentum": 0.8, "weight_decay": 0.1},
    "momentum, decay of weights": {"momentum": 0.8, "weight_decay": 0.1, "decay": "weights"},
    "Nesterov": {"momentum": 0.9, "nesterov": True},
    "Nesterov, decay of all": {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    "Nesterov, decay of weights": {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1, "decay": "weights"},
    "Adam": {"optimizer": "adam", "lr": 0.002},
    "Adam, decay of all": {"optimizer": "adam", "lr": 0.002, "weight_decay": 0.1},
    "Adam, decay of weights": {"optimizer": "adam", "lr": 0.002, "weight_decay": 0.1, "decay": "weights"},
    "Adam, other betas and epsilon": {"optimizer": "adam", "lr": 0.002, "beta1": 0.7, "beta2": 0.9, "eps": 1e-3},
    "Adam, betas 0": {"optimizer": "adam", "lr": 0.002, "beta1": 0.0, "beta2": 0.0, "eps": 1e-3},
    "AdamW": {"optimizer": "adamw", "lr": 0.002},
    "AdamW, decay of all": {"optimizer": "adamw", "lr": 0.002, "weight_decay": 1.0},
    "AdamW, decay of weights": {"optimizer": "adamw", "lr": 0.002, "weight_decay": 1.0, "decay": "weights"},
    "AdamW, other betas and epsilon": {
        "optimizer": "adamw", "lr": 0.002, "weight_decay": 0.5, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4},
    "clipped gradients": {"clip_norm": 0.5},
    "gradients clipped before momentum and decay": {"momentum": 0.9, "weight_decay": 0.1, "clip_norm": 0.1},
    "gradients clipped before Adam": {"optimizer": "adam", "lr": 0.002, "clip_norm": 0.1, "eps": 1e-3},
    "gradients below the limit": {"clip_norm": 1000},
    "smoothed labels": {"label_smoothing": 0.1},
    "labels smoothed, with AdamW": {"optimizer": "adamw", "lr": 0.002, "weight_decay": 0.5, "label_smoothing": 0.5},
}
# Each with the number of epochs that the ten steps are divided into.
SCHEDULES = {
    "constant, warm-up by steps": (1, {"warmup_steps": 4}),
    "constant, warm-up by epochs": (5, {"warmup_epochs": 2}),
    "constant, warm-up of part of an epoch": (2, {"warmup_epochs": 0.6}),
    "constant, warm-up of one step": (1, {"warmup_steps": 1}),
    "constant, warm-up of the whole run": (2, {"warmup_epochs": 2}),
    "step": (5, {"schedule": "step"}),
    "step, every 2 epochs": (5, {"schedule": "step", "step_every": 2, "lr_factor": 0.5}),
    "step, warm-up by steps": (5, {"schedule": "step", "step_every": 2, "lr_factor": 0.5, "warmup_steps": 3}),
    "multistep": (5, {"schedule": "multistep", "milestones": [1, 2, 4], "lr_factor": 0.4}),
    "multistep, milestone after the run": (5, {"schedule": "multistep", "milestones": [3, 9]}),
    "multistep, warm-up by epochs": (5, {"schedule": "multistep", "milestones": [2, 3], "warmup_epochs": 1}),
    "cosine": (1, {"schedule": "cosine"}),
    "cosine over epochs, last rate": (5, {"schedule": "cosine", "min_lr": 0.02}),
    "cosine, warm-up by steps": (2, {"schedule": "cosine", "min_lr": 0.01, "warmup_steps": 3}),
    "cosine, warm-up by epochs": (5, {"schedule": "cosine", "warmup_epochs": 1.5}),
    "linear": (1, {"schedule": "linear"}),
    "linear over epochs, last rate": (5, {"schedule": "linear", "min_lr": 0.02}),
    "linear, warm-up by steps": (2, {"schedule": "linear", "min_lr": 0.01, "warmup_steps": 3}),
    "linear, warm-up by epochs": (5, {"schedule": "linear", "warmup_epochs": 1}),
    "one cycle": (1, {"schedule": "one_cycle"}),
    "one cycle, momentum": (5, {"schedule": "one_cycle", "momentum": 0.9}),
    "one cycle, peak elsewhere": (2, {"schedule": "one_cycle", "peak_at": 0.65}),
    "one cycle, Adam": (1, {"schedule": "one_cycle", "optimizer": "adam", "lr": 0.002, "eps": 1e-3}),
}


def experiment(layers, epochs=1, **training):
    """Ten steps of this many epochs, of batches in file order."""
    return {
        "name": "recipes", "description": "compared with PyTorch", "network": {"layers": layers},
        "data": {
            "dataset": "fashion-mnist", "resize": 14, "batch_size": 16, "shuffle": False,
            "limit_train": STEPS // epochs * 16, "limit_test": 10, "sampling": "first",
        },
        "training": {
            "optimizer": "sgd", "lr": 0.1, "momentum": 0, "weight_decay": 0, "epochs": epochs, "seed": 7, **training},
        "engine": {"convolution": "direct"},
    }


def check_recipes(checks, program):
    """Compares every optimizer and schedule, a line for each, and initial weights."""
    for name, training in OPTIMIZERS.items():
        layers = NORMED if training.get("decay") == "weights" else SMOOTH
        checks.run(name, check_steps, program, name, experiment(layers, **training))
    for name, (epochs, training) in SCHEDULES.items():
        checks.run(name, check_steps, program, name, experiment(SMOOTH, epochs, **training))
    checks.run("plateau", check_plateau, program)
    checks.run("averaged weights", check_average, program)
    for name in ("xavier_uniform", "kaiming_normal", "pytorch", "normal"):
        checks.run(f"initial weights, {name}", check_distribution, program, name)


def check_steps(checks, program, name, recipe):
    """Compares losses, rates and gradient norms of the ten steps, and the weights after them."""
    # With `epochs: 0`, vgglab refuses warm-up epochs. The weights depend on the layers and the seed only.
    start = program.initial_weights(experiment(recipe["network"]["layers"]))
    net = modules.network(recipe, copy.deepcopy(start)).double()
    theirs = list(peer.steps(net, recipe, STEPS))
    events, path = program.train(recipe)
    keys = ("loss", "learning_rate", "gradient_norm")
    ours = [[event[key] for key in keys] for event in events if event["event"] == "progress"]
    if len(ours) != STEPS:
        checks.judge(f"ten steps, {name}", False, f"there are {len(ours)}")
        return
    loss, rate, norm = (
        max(abs(a[place] - b[place]) / abs(b[place]) for a, b in zip(ours, theirs)) for place in range(len(keys)))
    # The losses do not show the last update. Each step rounds the weights by up to 6e-8 of their size, and ten steps
    # change them by a few percent, so the bound on the error is 1e-4 of the change: above rounding, below any wrong
    # update.
    after, expected = load_file(path), net.state_dict()
    change = sum((expected[key] - start[key].double()).norm().item() ** 2 for key in after)
    error = sum((expected[key] - after[key].double()).norm().item() ** 2 for key in after)
    weights = math.sqrt(error / change)
    checks.judge(
        f"ten steps, {name}", loss <= 1e-5 and rate <= 1e-9 and norm <= 1e-4 and weights <= 1e-4,
        f"losses {loss:.1e}, rates {rate:.1e}, gradient norms {norm:.1e}, weights' change {weights:.1e} off")


def check_plateau(checks, program):
    """Compares the rates of a run with those of `ReduceLROnPlateau` for its test losses, which rise and fall."""
    recipe = experiment(
        SMOOTH, STEPS, lr=8, momentum=0.9, schedule="plateau", lr_patience=1, lr_factor=0.4, min_lr=0.5)
    recipe["training"].update(epochs=3 * STEPS)
    events, _ = program.train(recipe)
    parameter = torch.zeros(1, requires_grad=True)
    updates = torch.optim.SGD([parameter], lr=8)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(updates, factor=0.4, patience=1, min_lr=0.5)
    error, rates = 0.0, set()
    for event in events:
        rate = updates.param_groups[0]["lr"]
        if event["event"] == "progress":
            error = max(error, abs(event["learning_rate"] - rate) / rate)
            rates.add(rate)
        elif event["event"] == "epoch_finished":
            schedule.step(event["test_loss"])
    checks.judge(
        "plateau", error <= 1e-9 and len(rates) > 3,
        f"{len(rates)} rates in {3 * STEPS} epochs, at most {error:.1e} off")


def check_average(checks, program):
    """Compares a running mean of the weights with `AveragedModel`."""
    recipe = experiment(SMOOTH, ema=0.8)
    start = program.initial_weights(experiment(SMOOTH))
    net = modules.network(recipe, copy.deepcopy(start)).double()
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.8)
    mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=average)
    for _ in peer.steps(net, recipe, STEPS):
        mean.update_parameters(net)
    _, path = program.train(recipe)
    after, expected = load_file(path), mean.module.state_dict()
    worst = max(
        ((after[key].double() - value).norm() / (value - start[key].double()).norm()).item()
        for key, value in expected.items())
    checks.judge("averaged weights", worst <= 1e-4, f"their change {worst:.1e} off")


def check_distribution(checks, program, kind):
    """Compares means and variances of initial weights with their distribution's, in deviations of the estimates."""
    recipe = experiment([conv(64, 5), "relu", conv(48, 3), "relu", "flatten", {"linear": 300}, {"linear": "classes"}])
    recipe["training"].update(init=kind, **({"init_std": 0.03} if kind == "normal" else {}))
    tensors, worst, wrong = program.initial_weights(recipe), 0.0, []
    for name, tensor in tensors.items():
        weight = tensors[name.replace("bias", "weight")]
        fan_in, window = weight[0].numel(), math.prod(weight.shape[2:])
        is_bias, is_normal = name.endswith("bias"), kind in ("kaiming_normal", "normal")
        if is_bias and is_normal:
            wrong += [f"{name} is not 0"] if tensor.abs().max() > 0 else []
            continue
        if is_normal:
            sigma = math.sqrt(2 / fan_in) if kind == "kaiming_normal" else 0.03
        else:
            fans = fan_in + len(weight) * window
            bound = 1 / math.sqrt(fan_in) if is_bias or kind == "pytorch" else math.sqrt(6 / fans)
            sigma = bound / math.sqrt(3)
            wrong += [f"{name} beyond its bound"] if tensor.abs().max().item() > bound * (1 + 1e-6) else []
        # A mean of n values deviates by σ / √n, a variance by a share of √((κ − 1) / n), with a kurtosis κ of 3 or 9/5.
        values, count = tensor.double().flatten(), tensor.numel()
        mean = abs(values.mean().item()) / sigma * math.sqrt(count)
        variance = abs((values**2).mean().item() / sigma**2 - 1) / math.sqrt((2 if is_normal else 0.8) / count)
        worst = max(worst, mean, variance)
    checks.judge(
        f"initial weights, {kind}", worst < 5 and not wrong,
        "; ".join(wrong) or f"means and variances of {len(tensors)} tensors at most {worst:.2f} deviations off")
