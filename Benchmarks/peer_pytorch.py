"""The training step in PyTorch on the CPU: eager, as in the notebook, or channels last, or with bfloat16 autocast."""

import torch
from torch import nn

from peer import Step, serve

wanted = Step()
torch.set_num_threads(wanted.threads)

ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU}


def module(kind, settings, shape):
    """A layer for an input of this shape."""
    if kind in ACTIVATIONS:
        return ACTIVATIONS[kind]()
    match kind:
        case "conv":
            return nn.Conv2d(
                shape[0], settings["channels"], settings.get("kernel", 3), settings.get("stride", 1),
                settings.get("padding", 0))
        case "max_pool" | "avg_pool":
            pool = nn.MaxPool2d if kind == "max_pool" else nn.AvgPool2d
            return pool(settings.get("kernel", 2), settings.get("stride"), settings.get("padding", 0))
        case "global_avg_pool":
            return nn.AdaptiveAvgPool2d(1)
        case "batch_norm":
            return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0])
        case "local_response_norm":
            return nn.LocalResponseNorm(5, 1e-4, 0.75, 2)
        case "flatten":
            return nn.Flatten()
        case "linear":
            return nn.Linear(shape[0], 10 if settings["value"] == "classes" else settings["value"])
        case "dropout":
            return nn.Dropout(settings["value"])
    raise ValueError(f"no layer {kind}")


layers, shape = [], (1, wanted.side, wanted.side)
for kind, settings in wanted.layers:
    layers.append(module(kind, settings, shape))
    with torch.no_grad():
        shape = layers[-1].eval()(torch.zeros(1, *shape)).shape[1:]
net = nn.Sequential(*layers).train()
images = torch.rand(wanted.batch, 1, wanted.side, wanted.side)
labels = torch.randint(0, 10, (wanted.batch,))
if wanted.is_channels_last:
    net = net.to(memory_format=torch.channels_last)
    images = images.to(memory_format=torch.channels_last)
loss_of = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=wanted.learning_rate, momentum=wanted.momentum)


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted.is_bfloat16):
        loss = loss_of(net(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


serve(f"PyTorch {torch.__version__.split('+')[0]}", step)
