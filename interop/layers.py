"""Compares every kind of layer with PyTorch in double precision: loss, all gradients, running statistics, evaluation.

A gradient is measured by one step of plain SGD with learning rate η: (before − after) / η.
"""

import copy
import itertools
import math

import torch
from safetensors.torch import load_file, save_file
from torch import nn

import modules
import peer
from modules import ACTIVATIONS, conv
from program import Failure

# On errors relative to the norm of each tensor.
BOUND = 1e-5
END = ["flatten", {"linear": "classes"}]


def experiment(layers, side, batch, engine=None, **training):
    """One step of one batch of images, in file order."""
    network = layers if isinstance(layers, dict) else {"layers": layers}
    return {
        "name": "layers", "description": "compared with PyTorch", "network": network,
        "data": {
            "dataset": "fashion-mnist", "resize": side, "batch_size": batch, "shuffle": False, "limit_train": batch,
            "limit_test": 50, "sampling": "first",
        },
        "training": {"optimizer": "sgd", "lr": 1, "momentum": 0, "weight_decay": 0, "epochs": 1, "seed": 5, **training},
        "engine": engine or {},
    }


class Worst:
    """The largest of some relative errors, and where it is."""

    def __init__(self):
        self.error, self.place, self.count = 0.0, "nothing", 0

    def add(self, error, place):
        self.count += 1
        if not error <= self.error:  # NaN too
            self.error, self.place = error, place

    def merge(self, other, place):
        count = self.count + other.count
        self.add(other.error, f"{other.place} of {place}")
        self.count = count


def relative(ours, theirs, scale=None):
    """The norm of the difference, relative to that of the reference."""
    return ((ours.double() - theirs).norm() / (theirs.norm() if scale is None else scale)).item()


def start_of(program, recipe):
    """The initial weights; scales, shifts and running statistics of batch norms are random instead of 1 and 0."""
    start = program.initial_weights(recipe)
    random = torch.Generator().manual_seed(1)
    for name in [name.removesuffix("running_mean") for name in start if name.endswith("running_mean")]:
        for part, low, high in (
                ("weight", 0.5, 1.5), ("bias", -0.5, 0.5), ("running_mean", -1, 1), ("running_var", 0.5, 2)):
            start[name + part].uniform_(low, high, generator=random)
    return start


def rate_for(start, gradients, whole):
    """A learning rate at which rounding does not hide a gradient.

    float32 rounds the weights after the step, w − ηg, by at most 2⁻²⁴ of their size. Where η‖g‖ ≥ ‖w‖, that is at most
    2⁻²³ η‖g‖, an error of 1.2e-7 of the gradient, far below the bound. η is the smallest power of 2 from 1 for which
    this is true of every tensor; multiplying by a power of 2 is exact.
    """
    need = max(start[name].double().norm().item() / scale_of(gradient, whole) for name, gradient in gradients.items())
    return 2.0 ** max(math.ceil(math.log2(need)), 0) if need > 0 else 1.0


def scale_of(gradient, whole):
    """What a gradient's error is relative to: its own norm, or the norm of all gradients together if its own is 0 except
    for rounding errors, as that of a bias directly before batch norm is."""
    norm = gradient.norm().item()
    return norm if norm > 1e-9 * whole else whole


def reference(net, recipe):
    """PyTorch's loss of the first batch, its gradients by name, and the norm of them all."""
    side, batch = recipe["data"]["resize"], recipe["data"]["batch_size"]
    net.zero_grad()
    loss = nn.functional.cross_entropy(
        net(peer.images("train", side, batch).double()), peer.labels("train", batch),
        label_smoothing=recipe["training"].get("label_smoothing", 0))
    loss.backward()
    gradients = {name: parameter.grad for name, parameter in net.named_parameters()}
    whole = math.sqrt(sum(gradient.norm().item() ** 2 for gradient in gradients.values()))
    return loss.item(), gradients, whole


def compare(program, recipe):
    """The largest relative error of one step: loss, gradients, running statistics, and the test loss before the step if
    the network has layers that differ between training and evaluation.

    In a network with dropout, it must be the last layer before the last linear one, and the batch a single image: the
    columns of the linear layer's gradient that are 0 then tell which values were dropped.
    """
    start = start_of(program, recipe)
    weights = program.folder / "start.safetensors"
    save_file(start, weights)
    worst, side = Worst(), recipe["data"]["resize"]

    # The module uses the given tensors without copying them, and a training step changes running statistics.
    net = modules.network(recipe, copy.deepcopy(start)).double().eval()
    recipe = copy.deepcopy(recipe)
    recipe["network"]["weights"] = str(weights)
    if any(isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d, nn.Dropout)) for layer in net.modules()):
        ours = program.evaluate(weights, recipe)["loss"]
        with torch.no_grad():
            logits = net(peer.images("t10k", side, 50).double())
            theirs = nn.functional.cross_entropy(logits, peer.labels("t10k", 50)).item()
        worst.add(abs(ours - theirs) / theirs, "test loss")

    dropouts = [(part, place) for part in (net.features, net.classifier) for place, layer in enumerate(part)
                if isinstance(layer, nn.Dropout) and layer.p > 0]
    if not dropouts:
        net.train()
    loss, gradients, whole = reference(net, recipe)
    recipe["training"]["lr"] = rate = rate_for(start, gradients, whole)
    events, path = program.train(recipe)
    step, after = next(event for event in events if event["event"] == "progress"), load_file(path)
    measured = {name: (start[name].double() - after[name].double()) / rate for name in gradients}
    for part, place in dropouts:
        last = f"classifier.{len(net.classifier) - 1}.weight"
        part[place] = Masked(part[place].p, (measured[last] != 0).any(0))
        loss, gradients, whole = reference(net, recipe)
        if part[place].deviations > 5:
            raise Failure(f"the share of values kept is {part[place].deviations:.1f} deviations from its expectation")

    worst.add(abs(step["loss"] - loss) / loss, "loss")
    worst.add(abs(step["gradient_norm"] - whole) / whole, "gradient norm")
    for name, gradient in gradients.items():
        worst.add(relative(measured[name], gradient, scale_of(gradient, whole)), f"gradient of {name}")
    for name, value in net.named_buffers():
        if not name.endswith(("num_batches_tracked", "kept")):
            worst.add(relative(after[name], value), name)
    return worst


class Masked(nn.Module):
    """Dropout with this probability and a given mask of what is kept, for a batch of one image."""

    def __init__(self, probability, kept):
        super().__init__()
        self.probability = probability
        self.register_buffer("kept", kept)

    def forward(self, values):
        # The gradient shows only of values other than 0 whether they were kept.
        kept = self.kept.view(values.shape)[values != 0].double()
        deviation = math.sqrt(kept.numel() * self.probability * (1 - self.probability))
        self.deviations = abs(kept.sum().item() - (1 - self.probability) * kept.numel()) / deviation
        return values * self.kept.view(values.shape) / (1 - self.probability)


def convolutions(kernel):
    """Networks with convolutions of this window: as first layer, with one channel, and after another."""
    channels = itertools.cycle([(3, 5), (8, 16), (17, 9), (16, 33), (1, 7)])
    batches, more = itertools.cycle([1, 2, 5, 8, 3]), itertools.cycle([0, 1, 2, 4])
    for stride in (1, 2, 3, 4):
        for padding in sorted({0, kernel // 2, kernel // 3 + 1}):
            (inner, outer), batch = next(channels), next(batches)
            side = max(kernel + stride + next(more), 5)
            tested = conv(outer, kernel, stride, padding)
            say = f"stride {stride}, padding {padding}, side {side}, batch {batch}"
            yield f"{say}, first", experiment([tested, "tanh", *END], side, batch)
            yield say, experiment([conv(inner, 3, padding=1), "tanh", tested, "sigmoid", *END], side, batch)


def fast_convolutions():
    """Networks with 3 × 3 convolutions by each algorithm, with ReLU and pooling after them, and batches in chunks."""
    block = [conv(16, 3, padding=1), "relu", "max_pool"]
    for engine in ({"convolution": "direct"}, {"convolution": "winograd"}, {"convolution": "auto", "chunk": 2}):
        for side, batch, channels in ((9, 1, (16, 16)), (12, 5, (32, 48)), (33, 3, (8, 24))):
            first, second = channels
            layers = [
                conv(first, 3, padding=1), "relu", "max_pool", conv(second, 3, padding=1), "relu",
                conv(second, 3, padding=1), "relu", "max_pool", *END,
            ]
            words = ", ".join(f"{key} {value}" for key, value in engine.items())
            yield f"{words}, side {side}, batch {batch}", experiment(layers, side, batch, engine)
            yield f"{words}, side {side}, batch {batch}, one block", experiment([*block, *END], side, batch, engine)


def poolings(name):
    """Networks with poolings of this kind: after a convolution, and as first layer."""
    batches, sides = itertools.cycle([1, 4, 7]), itertools.cycle([15, 16, 21, 33])
    for kernel in (2, 3, 5, 15):
        for stride in (1, 2, 3, kernel):
            for padding in sorted({0, kernel // 2}):
                batch, side = next(batches), next(sides)
                pool = {name: {"kernel": kernel, "stride": stride, "padding": padding}}
                say = f"kernel {kernel}, stride {stride}, padding {padding}, side {side}, batch {batch}"
                yield say, experiment([conv(11, 3), "tanh", pool, *END], side + 2, batch)
    yield "first", experiment([name, conv(6, 3), "tanh", name, *END], 13, 3)
    yield "of features before their activation", experiment([conv(16, 3), name, "tanh", *END], 13, 3)


def global_poolings():
    """Networks with global average pooling."""
    for channels, side, batch in ((7, 5, 1), (16, 12, 4), (33, 33, 3)):
        layers = [conv(channels, 3, padding=1), "silu", "global_avg_pool", *END]
        yield f"{channels} channels, side {side}, batch {batch}", experiment(layers, side, batch)
    # A convolution for each class, and no linear layer.
    layers = [conv(9, 3), "gelu", conv("classes", 1), "global_avg_pool", "flatten"]
    yield "of classes", experiment(layers, 11, 3)


def activations(name):
    """Networks with an activation after each kind of layer, and as first layer."""
    for side, batch in ((7, 1), (12, 6)):
        layers = [
            name, conv(7, 3), name, conv(16, 3, padding=1), "batch_norm", name, "avg_pool", name, "flatten",
            {"linear": 19}, name, {"linear": 8}, name, name, {"linear": "classes"},
        ]
        yield f"side {side}, batch {batch}", experiment(layers, side, batch)


def batch_norms():
    """Networks with batch norm of images and of features."""
    for channels, side, batch in ((5, 7, 1), (16, 8, 4), (33, 13, 9)):
        say = f"{channels} channels, side {side}, batch {batch}"
        yield f"{say}, images", experiment([conv(channels, 3), "batch_norm", "relu", *END], side, batch)
        # ReLU and not tanh before a norm: the gradients of a channel add up to 0 there, and after tanh, which is nearly
        # linear, they would nearly cancel in the bias's gradient as well, where PyTorch's own float32 is 5e-5 off.
        layers = [
            conv(channels, 3, padding=1), "relu", "batch_norm", conv(8, 1), "batch_norm", "gelu", "max_pool", *END]
        yield f"{say}, twice", experiment(layers, side, batch)
        if batch > 1:
            layers = [
                "flatten", {"linear": channels}, "batch_norm", "sigmoid", {"linear": 12}, "batch_norm",
                {"linear": "classes"},
            ]
            yield f"{say}, features", experiment(layers, side, batch)
    yield "first", experiment(["batch_norm", conv(8, 3), "tanh", *END], 9, 4)
    yield "in chunks", experiment([conv(8, 3), "batch_norm", "relu", "max_pool", *END], 10, 7, {"chunk": 2})


def response_norms():
    """Networks with local response norm."""
    for settings, channels, side, batch in (
            (None, 8, 7, 1), (None, 3, 9, 4), ({"size": 3, "alpha": 0.5}, 5, 6, 2),
            ({"size": 3, "beta": 0.5}, 16, 8, 5),
            ({"size": 7, "alpha": 2.0, "beta": 1.0, "k": 1.0}, 19, 11, 3),
            ({"size": 9, "alpha": 0.1, "beta": 1.25, "k": 0.5}, 33, 5, 8)):
        norm = {"local_response_norm": settings} if settings else "local_response_norm"
        say = f"{settings or 'usual'}, {channels} channels, side {side}, batch {batch}"
        yield say, experiment([conv(channels, 3, padding=1), "tanh", norm, conv(6, 3), "tanh", *END], side, batch)
        yield f"{say}, before its activation", experiment([conv(channels, 3), norm, "silu", *END], side, batch)
    yield "first", experiment(["local_response_norm", conv(8, 3), "tanh", *END], 9, 4)


def linears():
    """Networks with linear layers alone, and with labels that are smoothed."""
    for widths, side, batch in (([], 5, 1), ([1], 7, 3), ([17], 5, 1), ([33, 8], 28, 6), ([64, 256, 5], 11, 130)):
        hidden = [layer for width in widths for layer in ({"linear": width}, "tanh")]
        for smoothing in (0, 0.1, 0.9):
            recipe = experiment(["flatten", *hidden, {"linear": "classes"}], side, batch, label_smoothing=smoothing)
            yield f"{widths}, side {side}, batch {batch}, smoothing {smoothing}", recipe
    yield "two in a row", experiment(["flatten", {"linear": 9}, {"linear": "classes"}], 6, 4)


def dropouts():
    """Networks with dropout of features, of images after a convolution, and of the input."""
    for probability in (0.1, 0.5, 0.9):
        layer = {"dropout": probability}
        yield f"features, {probability}", experiment(
            ["flatten", {"linear": 300}, "tanh", layer, {"linear": "classes"}], 9, 1)
        yield f"images, {probability}", experiment([conv(7, 3), "tanh", layer, *END], 9, 1)
        yield f"the input, {probability}", experiment([layer, *END], 28, 1)


def blocks():
    """Networks of blocks with every setting of a block."""
    few = {"ratio": 1, "classifier": [24], "dropout": 0}
    for say, batch, network in (
            ("pairs", 3, {"blocks": [[1, 8], [2, 16]], "ratio": 2}),
            ("kernel of each convolution", 2, {"blocks": [{"convs": 3, "channels": 9, "kernel": [5, 3, 1]}]}),
            ("the network's kernel and norm", 5, {"blocks": [[2, 8], [1, 16]], "kernel": 5, "norm": "batch"}),
            ("response norm", 1, {"blocks": [[2, 8], [1, 16]], "norm": "local_response"}),
            ("norms of their own", 4, {"norm": "batch", "blocks": [
                {"convs": 1, "channels": 8, "norm": "none"}, {"convs": 2, "channels": 12, "norm": "local_response"}]}),
            ("stride and padding", 3, {"blocks": [
                {"convs": 2, "channels": 7, "stride": 2, "padding": 3, "pool": "none"},
                {"convs": 1, "channels": 8, "kernel": 2, "padding": 0, "pool": "avg"}]}),
            ("no classifier", 6, {"blocks": [[1, 8]], "classifier": []})):
        yield say, experiment({**few, **network}, 18, batch)
    for name in ACTIVATIONS:
        for pool in ("max", "avg", "none"):
            block = {"convs": 2, "channels": 8, "activation": name, "pool": pool}
            yield f"{name}, pool {pool}", experiment({**few, "blocks": [block]}, 10, 3)


GROUPS = {
    **{f"convolution, {kernel} × {kernel}": (convolutions, kernel) for kernel in (1, 2, 3, 5, 7, 11)},
    "convolution, fast algorithms and chunks": (fast_convolutions,),
    "max pooling": (poolings, "max_pool"),
    "average pooling": (poolings, "avg_pool"),
    "global average pooling": (global_poolings,),
    **{f"activation, {name}": (activations, name) for name in ACTIVATIONS},
    "batch norm": (batch_norms,),
    "local response norm": (response_norms,),
    "linear and flatten, labels smoothed and not": (linears,),
    "dropout with its own mask": (dropouts,),
    "blocks": (blocks,),
}


def check_layers(checks, program):
    """Compares the networks of each group, a line for each."""
    for name, (group, *arguments) in GROUPS.items():
        checks.run(name, check_group, program, name, list(group(*arguments)))


def check_group(checks, program, name, cases):
    """Compares all networks of a group."""
    worst, failed = Worst(), []
    for say, recipe in cases:
        try:
            found = compare(program, recipe)
        except Failure as failure:
            failed.append(f"{failure} ({say})")
            continue
        worst.merge(found, say)
        if not found.error <= BOUND:
            failed.append(f"{found.error:.1e}, {found.place} ({say})")
    checks.judge(
        name, not failed,
        f"{len(cases)} networks, {worst.count} figures, "
        + (f"{len(failed)} networks fail or are beyond {BOUND:.0e}: {'; '.join(failed[:4])}" if failed
           else f"largest error {worst.error:.1e}: {worst.place}"))
