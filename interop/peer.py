"""The independent implementation: the same network, images and recipe in PyTorch and torchvision, as in the notebook."""

import gzip
import math
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


def images(part, side, count=None):
    """The first images of `train` or `t10k` as float32 [N, 1, side, side] in 0...1, resized as in the notebook."""
    with gzip.open(FOLDER / f"{part}-images-idx3-ubyte.gz") as file:
        raw = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)[:count]
    transform = transforms.Compose([transforms.Resize((side, side)), transforms.ToTensor()])
    return torch.stack([transform(Image.fromarray(image)) for image in raw])


def labels(part, count=None):
    """Their classes."""
    with gzip.open(FOLDER / f"{part}-labels-idx1-ubyte.gz") as file:
        return torch.from_numpy(np.frombuffer(file.read(), np.uint8, offset=8)[:count].astype(np.int64))


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


def schedule_of(recipe, updates, steps, per_epoch):
    """The recipe's schedule in PyTorch, for so many steps; `None` for a constant rate."""
    schedules = torch.optim.lr_scheduler
    warmup = recipe.get("warmup_steps") or round(recipe.get("warmup_epochs", 0) * per_epoch)
    rest = steps - warmup
    kind, last = recipe.get("schedule", "constant"), recipe.get("min_lr", 0)
    if kind == "one_cycle":
        return schedules.OneCycleLR(updates, recipe["lr"], total_steps=steps, cycle_momentum=False)
    if kind == "step":
        return schedules.StepLR(updates, recipe["step_every"] * per_epoch, recipe["lr_factor"])
    if kind == "multistep":
        return schedules.MultiStepLR(updates, [epoch * per_epoch for epoch in recipe["milestones"]], recipe["lr_factor"])
    if kind == "constant" and not warmup:
        return None
    fall = (
        schedules.ConstantLR(updates, 1, rest) if kind == "constant" else
        schedules.CosineAnnealingLR(updates, rest, last) if kind == "cosine"
        else schedules.LinearLR(updates, 1, last / recipe["lr"], rest))
    if not warmup:
        return fall
    return schedules.SequentialLR(updates, [schedules.LinearLR(updates, 1 / warmup, 1, warmup - 1), fall], [warmup])


def train(net, experiment, steps, rates=None, after=lambda: None):
    """Steps over the experiment's images in their order, epoch by epoch; the loss of each step.

    `rates` gets the learning rate of each step; `after` is called after each update.
    """
    recipe, size = experiment["training"], experiment["data"]["batch_size"]
    count = min(steps * size, experiment["data"]["limit_train"])
    inputs = images("train", experiment["data"]["resize"], count).to(next(net.parameters()).dtype)
    targets = labels("train", count)
    updates = optimizer(net, recipe)
    schedule = schedule_of(recipe, updates, steps, count // size)
    net.train()
    losses = []
    for step in range(steps):
        batch = step * size % count
        if rates is not None:
            rates.append(updates.param_groups[0]["lr"])
        loss = nn.functional.cross_entropy(
            net(inputs[batch:batch + size]), targets[batch:batch + size],
            label_smoothing=recipe.get("label_smoothing", 0))
        updates.zero_grad()
        loss.backward()
        if recipe.get("clip_norm"):
            nn.utils.clip_grad_norm_(net.parameters(), recipe["clip_norm"])
        updates.step()
        after()
        if schedule:
            schedule.step()
        losses.append(loss.item())
    return losses


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
