"""The independent implementation: the same network, images and recipe in PyTorch and torchvision, as in the notebook."""

import functools
import gzip
import math
import struct
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms

FOLDER = Path("/usr/share/datasets/fashion-mnist")
VGG11 = [[1, 64], [1, 128], [2, 256], [2, 512], [2, 512]]


class VGG(nn.Module):
    """torchvision's layout of VGG, for the same names of tensors, with one input channel."""

    def __init__(self, experiment):
        super().__init__()
        recipe = experiment["network"]
        channels, side, layers = 1, experiment["data"]["resize"], []
        for num_convs, out_channels in recipe["blocks"]:
            for _ in range(num_convs):
                out = out_channels // recipe["ratio"]
                layers += [nn.Conv2d(channels, out, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
                channels = out
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            side //= 2
        self.features = nn.Sequential(*layers)

        width, layers = channels * side * side, []
        for hidden in recipe["classifier"]:
            layers += [nn.Linear(width, hidden), nn.ReLU(inplace=True), nn.Dropout(recipe["dropout"])]
            width = hidden
        self.classifier = nn.Sequential(*layers, nn.Linear(width, 10))

    def forward(self, images):
        return self.classifier(torch.flatten(self.features(images), 1))


def network(experiment, tensors):
    """The experiment's network with these weights; raises if a name or a shape differs."""
    net = VGG(experiment)
    net.load_state_dict(tensors, strict=True)
    return net


@functools.cache
def content(name, offset):
    """A file's bytes after its header."""
    with gzip.open(FOLDER / f"{name}-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


def images(part, side, count=None):
    """The first images of `train` or `t10k` as float32 [N, 1, side, side] in 0...1, resized as in the notebook."""
    raw = content(f"{part}-images-idx3", 16).reshape(-1, 28, 28)[:count]
    transform = transforms.Compose([transforms.Resize((side, side)), transforms.ToTensor()])
    return torch.stack([transform(Image.fromarray(image)) for image in raw])


def labels(part, count=None):
    """Their classes."""
    return torch.from_numpy(content(f"{part}-labels-idx1", 8)[:count].astype(np.int64))


def write_few(folder, count):
    """Writes the first images and labels of both parts into a new folder: a data set that loads much faster."""
    folder.mkdir()
    for part in ("train", "t10k"):
        for name, values, sides in (
                (f"{part}-images-idx3", content(f"{part}-images-idx3", 16)[:count * 28 * 28], (count, 28, 28)),
                (f"{part}-labels-idx1", content(f"{part}-labels-idx1", 8)[:count], (count,))):
            head = struct.pack(f">HBB{len(sides)}I", 0, 8, len(sides), *sides)
            (folder / f"{name}-ubyte").write_bytes(head + values.tobytes())


def optimizer(net, recipe):
    """The recipe's optimizer in PyTorch."""
    decay = recipe["weight_decay"]
    biases = 0 if recipe.get("decay") == "weights" else decay
    groups = [
        {"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in net.parameters() if p.ndim == 1], "weight_decay": biases},
    ]
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(
            groups, lr=recipe["lr"], momentum=recipe["momentum"], nesterov=recipe.get("nesterov", False))
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[recipe["optimizer"]]
    betas = recipe.get("beta1", 0.9), recipe.get("beta2", 0.999)
    return kind(groups, lr=recipe["lr"], betas=betas, eps=recipe.get("eps", 1e-8))


def schedule_of(recipe, updates, per_epoch):
    """The recipe's schedule in PyTorch, for epochs of so many steps; `None` for a constant rate.

    Cosine and linear start after the warm-up, as in `SequentialLR`. The epochs of step and multistep count from the
    start of the run, as in `ChainedScheduler`; a warm-up must end before the first fall.
    """
    schedules = torch.optim.lr_scheduler
    steps = recipe["epochs"] * per_epoch
    warmup = recipe.get("warmup_steps") or round(recipe.get("warmup_epochs", 0) * per_epoch)
    kind, last = recipe.get("schedule", "constant"), recipe.get("min_lr", 0)
    if kind == "one_cycle":
        return schedules.OneCycleLR(
            updates, recipe["lr"], total_steps=steps, pct_start=recipe.get("peak_at", 0.3), cycle_momentum=False)
    rise = [schedules.LinearLR(updates, 1 / warmup, 1, warmup - 1)] if warmup else []
    factor, rest = recipe.get("lr_factor", 0.1), steps - warmup
    if kind == "constant":
        return rise[0] if rise else None
    if kind == "step":
        return schedules.ChainedScheduler(
            [*rise, schedules.StepLR(updates, recipe.get("step_every", 1) * per_epoch, factor)])
    if kind == "multistep":
        milestones = [epoch * per_epoch for epoch in recipe["milestones"]]
        return schedules.ChainedScheduler([*rise, schedules.MultiStepLR(updates, milestones, factor)])
    fall = (
        schedules.CosineAnnealingLR(updates, rest, last) if kind == "cosine"
        else schedules.LinearLR(updates, 1, last / recipe["lr"], rest))
    return schedules.SequentialLR(updates, [*rise, fall], [warmup]) if rise else fall


def steps(net, experiment, count):
    """The first steps of training on the images in file order, the same in each epoch.

    Yields the loss of each step, its learning rate, and the norm of all gradients together before clipping.
    """
    recipe, size = experiment["training"], experiment["data"]["batch_size"]
    limit = experiment["data"]["limit_train"]
    per_epoch = -(-limit // size)
    used = min(limit, count * size)
    inputs = images("train", experiment["data"]["resize"], used).to(next(net.parameters()).dtype)
    targets = labels("train", used)
    updates = optimizer(net, recipe)
    schedule = schedule_of(recipe, updates, per_epoch)
    net.train()
    for step in range(count):
        batch = slice(step % per_epoch * size, min((step % per_epoch + 1) * size, limit))
        loss = nn.functional.cross_entropy(
            net(inputs[batch]), targets[batch], label_smoothing=recipe.get("label_smoothing", 0))
        updates.zero_grad()
        loss.backward()
        # With an infinite limit, this only returns the norm.
        norm = nn.utils.clip_grad_norm_(net.parameters(), recipe.get("clip_norm") or math.inf)
        rate = updates.param_groups[0]["lr"]
        updates.step()
        if schedule:
            schedule.step()
        yield loss.item(), rate, norm.item()


def train(net, experiment, count):
    """The losses of the first steps of training."""
    return [loss for loss, _, _ in steps(net, experiment, count)]


def first_not_finite(net, experiment):
    """The first step of SGD, from 1, whose loss or gradient norm is not finite."""
    recipe, size = experiment["training"], experiment["data"]["batch_size"]
    count = experiment["data"]["limit_train"]
    inputs, targets = images("train", experiment["data"]["resize"], count), labels("train", count)
    optimizer = torch.optim.SGD(net.parameters(), lr=recipe["lr"], momentum=recipe["momentum"])
    step = 0
    for _ in range(50):
        for batch in range(0, count, size):
            step += 1
            loss = nn.functional.cross_entropy(net(inputs[batch:batch + size]), targets[batch:batch + size])
            optimizer.zero_grad()
            loss.backward()
            norm = torch.nn.utils.get_total_norm([parameter.grad for parameter in net.parameters()])
            if not (loss.isfinite() and norm.isfinite()):
                return step
            optimizer.step()
    raise ValueError("PyTorch's run does not diverge")


def evaluate(net, experiment):
    """Mean loss, and the number of test images that are classified correctly."""
    targets, loss, correct = labels("t10k"), 0.0, 0
    inputs = images("t10k", experiment["data"]["resize"])
    net.eval()
    with torch.no_grad():
        for batch in range(0, len(targets), 250):
            logits, wanted = net(inputs[batch:batch + 250]), targets[batch:batch + 250]
            loss += nn.functional.cross_entropy(logits, wanted, reduction="sum").item()
            correct += (logits.argmax(1) == wanted).sum().item()
    return loss / len(targets), correct


def initial_bound(name, tensors):
    """Half the width of the uniform distribution from which a tensor is drawn.

    Weights: Xavier uniform, sqrt(6 / (fan in + fan out)) (Glorot & Bengio, 2010). Biases: 1 / sqrt(fan in), as
    PyTorch's layers have them.
    """
    weight = tensors[name.replace("bias", "weight")]
    window = math.prod(weight.shape[2:])
    fan_out, fan_in = weight.shape[0] * window, weight.shape[1] * window
    return 1 / math.sqrt(fan_in) if name.endswith("bias") else math.sqrt(6 / (fan_in + fan_out))
