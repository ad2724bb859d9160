"""Networks and recipes of every kind against PyTorch in double precision: each layer, each named network, each optimizer
and schedule, and exports."""

import copy
import random

import onnxruntime
import torch
from safetensors.torch import load_file
from torch import nn

import peer

CLASSES = 10
BOUND = 1e-5
ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU}


# MARK: networks in PyTorch

def module(entry, shape):
    """An entry of `network.layers` as a module, given the shape of its input."""
    kind, settings = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
    if kind in ACTIVATIONS:
        return ACTIVATIONS[kind]()
    match kind:
        case "conv":
            channels = CLASSES if settings["channels"] == "classes" else settings["channels"]
            return nn.Conv2d(
                shape[0], channels, settings.get("kernel", 3), settings.get("stride", 1), settings.get("padding", 0))
        case "max_pool" | "avg_pool":
            pool = nn.MaxPool2d if kind == "max_pool" else nn.AvgPool2d
            return pool(settings.get("kernel", 2), settings.get("stride"), settings.get("padding", 0))
        case "global_avg_pool":
            return nn.AdaptiveAvgPool2d(1)
        case "batch_norm":
            return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0])
        case "local_response_norm":
            return nn.LocalResponseNorm(settings.get("size", 5), 1e-4, 0.75, 2)
        case "linear":
            return nn.Linear(shape[0], CLASSES if settings == "classes" else settings)
        case "dropout":
            return nn.Dropout(settings)
    raise ValueError(f"no module for {entry}")


class Network(nn.Module):
    """A list of layers, with the names that torchvision would give: features before the flattening, classifier after it."""

    def __init__(self, entries, side, channels=1):
        super().__init__()
        parts, shape = {"features": [], "classifier": []}, torch.Size([channels, side, side])
        part = "features"
        for entry in entries:
            if entry == "flatten":
                part, shape = "classifier", torch.Size([shape.numel()])
                continue
            layer = module(entry, shape).eval()
            parts[part].append(layer)
            with torch.no_grad():
                shape = layer(torch.zeros(1, *shape)).shape[1:]
        self.features, self.classifier = nn.Sequential(*parts["features"]), nn.Sequential(*parts["classifier"])

    def forward(self, images):
        return self.classifier(torch.flatten(self.features(images), 1))


def macs(net, side, channels=1):
    """Multiply-accumulates of convolutions and linear layers for one image."""
    count = 0

    def add(layer, _, output):
        nonlocal count
        count += layer.weight[0].numel() * output[0].numel()

    hooks = [
        layer.register_forward_hook(add) for layer in net.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    net.eval()
    with torch.no_grad():
        net(torch.zeros(1, channels, side, side))
    for hook in hooks:
        hook.remove()
    return count


def vgg(convolutions, ratio, kernels=None, norm=None):
    """VGG's table 1: convolutions of each block."""
    layers = []
    for block, (count, channels) in enumerate(zip(convolutions, [64, 128, 256, 512, 512])):
        for index in range(count):
            kernel = kernels[block][index] if kernels else 3
            layers += [{"conv": {"channels": channels // ratio, "kernel": kernel, "padding": kernel // 2}}, "relu"]
            if norm and block == 0 and index == 0:
                layers.append(norm)
        layers.append({"max_pool": {}})
    return layers + ["flatten"] + 2 * [{"linear": 4096}, "relu", {"dropout": 0.5}] + [{"linear": "classes"}]


def members(ratio):
    """Every network with a name: its settings, its layers after the book or the paper, and the side of its images."""
    lenet = [{"conv": {"channels": 6, "kernel": 5, "padding": 2}}, "sigmoid", {"avg_pool": {}},
             {"conv": {"channels": 16, "kernel": 5}}, "sigmoid", {"avg_pool": {}}, "flatten",
             {"linear": 120}, "sigmoid", {"linear": 84}, "sigmoid", {"linear": "classes"}]
    lenet_bn = [{"conv": {"channels": 6, "kernel": 5}}, "batch_norm", "sigmoid", {"avg_pool": {}},
                {"conv": {"channels": 16, "kernel": 5}}, "batch_norm", "sigmoid", {"avg_pool": {}}, "flatten",
                {"linear": 120}, "batch_norm", "sigmoid", {"linear": 84}, "batch_norm", "sigmoid",
                {"linear": "classes"}]
    alexnet = [{"conv": {"channels": 96, "kernel": 11, "stride": 4, "padding": 1}}, "relu",
               {"max_pool": {"kernel": 3, "stride": 2}},
               {"conv": {"channels": 256, "kernel": 5, "padding": 2}}, "relu", {"max_pool": {"kernel": 3, "stride": 2}},
               {"conv": {"channels": 384, "padding": 1}}, "relu", {"conv": {"channels": 384, "padding": 1}}, "relu",
               {"conv": {"channels": 256, "padding": 1}}, "relu", {"max_pool": {"kernel": 3, "stride": 2}}, "flatten",
               {"linear": 4096}, "relu", {"dropout": 0.5}, {"linear": 4096}, "relu", {"dropout": 0.5},
               {"linear": "classes"}]
    c = [[3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]]
    named = {
        "vgg11": vgg([1, 1, 2, 2, 2], ratio), "vgg11-lrn": vgg([1, 1, 2, 2, 2], ratio, norm="local_response_norm"),
        "vgg13": vgg([2, 2, 2, 2, 2], ratio), "vgg16-c": vgg([2, 2, 3, 3, 3], ratio, kernels=c),
        "vgg16": vgg([2, 2, 3, 3, 3], ratio), "vgg19": vgg([2, 2, 4, 4, 4], ratio)}
    found = {name: ({"variant": name, "ratio": ratio}, layers, 32) for name, layers in named.items()}
    if ratio == 4:
        found |= {
            "lenet": ({"variant": "lenet"}, lenet, 28), "lenet-bn": ({"variant": "lenet-bn"}, lenet_bn, 28),
            "alexnet": ({"variant": "alexnet"}, alexnet, 224),
            "mlp": ({"variant": "mlp"}, ["flatten", {"linear": 256}, "relu", {"linear": "classes"}], 28)}
    return found


# MARK: experiments

def experiment(network, side, batch, steps=1, **training):
    return {
        "name": "networks", "network": network,
        "data": {"dataset": "fashion-mnist", "resize": side, "batch_size": batch, "shuffle": False,
                 "limit_train": batch * steps, "limit_test": 20, "sampling": "first"},
        "training": {"optimizer": "sgd", "lr": 0.05, "momentum": 0, "weight_decay": 0, "epochs": 1, "seed": 5, **training},
        "engine": {"convolution": "direct"}}


def images(recipe, count):
    """The first training images and labels in double precision."""
    return peer.images("train", recipe["data"]["resize"], count).double(), peer.labels("train", count)


def check_layers(checks, program, name, layers, side, batch, smoothing=0.0):
    """Loss, every gradient and every running statistic of one step, and an evaluation.

    The gradient is (before - after) / lr. The rate is so large that updates are not small beside the weights: rounding
    the updated weights, at 6e-8 of the larger of both, then stays far below the bound.
    """
    recipe = experiment({"layers": layers}, side, batch, lr=1000, label_smoothing=smoothing)
    start = program.initial_weights(recipe)
    events, path = program.train(recipe)
    ours = next(event["loss"] for event in events if event["event"] == "progress")
    net = Network(layers, side).double()
    net.load_state_dict(start, strict=True)
    net.train()
    inputs, targets = images(recipe, batch)
    loss = nn.functional.cross_entropy(net(inputs), targets, label_smoothing=smoothing)
    loss.backward()
    trained, worst, place = load_file(path), abs(ours - loss.item()) / loss.item(), "loss"
    # The gradient of a bias before a normalization is 0 but for rounding, which is compared with the whole gradient.
    whole = sum(parameter.grad.norm().item() ** 2 for parameter in net.parameters()) ** 0.5
    for key, parameter in net.named_parameters():
        found = (start[key].double() - trained[key].double()) / recipe["training"]["lr"]
        size = parameter.grad.norm().item()
        off = (found - parameter.grad).norm().item() / (size if size > 1e-6 * whole else whole)
        if off > worst:
            worst, place = off, key
    for key, statistic in net.named_buffers():
        if "running" in key:
            off = (trained[key].double() - statistic).norm().item() / statistic.norm().item()
            if off > worst:
                worst, place = off, key
    checks.judge(f"{name}: loss and gradients", worst <= BOUND, f"at most {worst:.1e} off ({place})")


def layer_cases():
    """Names, layers, image sides and batch sizes: each kind of layer over odd shapes."""
    end = ["flatten", {"linear": "classes"}]
    for kernel, stride, padding, side, batch in (
            (1, 1, 0, 7, 1), (3, 1, 1, 13, 5), (3, 2, 1, 14, 3), (5, 1, 2, 9, 1), (5, 3, 0, 17, 4), (7, 2, 3, 19, 2),
            (11, 4, 1, 33, 3), (4, 2, 2, 11, 5), (3, 1, 0, 5, 6)):
        layers = [{"conv": {"channels": 7, "kernel": kernel, "stride": stride, "padding": padding}}, "tanh",
                  {"conv": {"channels": 5, "kernel": 1}}, "sigmoid"] + end
        yield f"convolution {kernel}×{kernel}, stride {stride}, padding {padding}, batch {batch}", layers, side, batch
    conv = [{"conv": {"channels": 6, "kernel": 3, "padding": 1}}]
    for pool, side, batch in (
            ({"max_pool": {}}, 13, 3), ({"max_pool": {"kernel": 3, "stride": 2}}, 15, 1),
            ({"max_pool": {"kernel": 3, "stride": 1, "padding": 1}}, 9, 4), ({"avg_pool": {}}, 11, 5),
            ({"avg_pool": {"kernel": 3, "stride": 2, "padding": 1}}, 12, 1), ("global_avg_pool", 10, 3)):
        yield f"{pool}, batch {batch}", conv + ["tanh", pool] + end, side, batch
    for activation in ACTIVATIONS:
        yield f"{activation}", conv + [activation, "flatten", {"linear": 9}, activation, {"linear": "classes"}], 9, 4
    yield "batch norm", conv + ["batch_norm", "tanh", "flatten", {"linear": 8}, "batch_norm", "tanh",
                                {"linear": "classes"}], 9, 17
    yield "batch norm, batch 1", conv + ["batch_norm", "tanh"] + end, 9, 1
    yield "local response norm", conv + ["tanh", "local_response_norm"] + end, 9, 5


def check_members(checks, program):
    """Parameters and multiply-accumulates of each named network, and that its weights load by name."""
    for ratio in (1, 4, 8):
        for name, (settings, layers, side) in members(ratio).items():
            recipe = experiment(settings, side, 4)
            shapes = program.shapes(recipe)
            net = Network(layers, side)
            parameters = sum(parameter.numel() for parameter in net.parameters())
            ours = sum(layer["parameters"] for layer in shapes["layers"]), sum(layer["macs"] for layer in shapes["layers"])
            theirs = parameters, macs(net, side)
            checks.judge(f"{name}, ratio {ratio}: parameters and MACs", ours == theirs, f"{ours} and {theirs}")
            if ratio == 8 or ratio == 4 and not name.startswith("vgg"):
                check_export(checks, program, name, recipe, layers)


def check_export(checks, program, name, recipe, layers):
    """Weights of a trained network load with `strict=True`, and ONNX Runtime and PyTorch agree on its logits."""
    run, _, _ = program.keep(recipe)
    model, path = program.export(run, "onnx", "--overwrite"), program.export(run, "safetensors", "--overwrite")
    side = recipe["data"]["resize"]
    net = Network(layers, side)
    net.load_state_dict(load_file(path), strict=True)
    net.eval()
    inputs = peer.images("t10k", side, 7)
    with torch.no_grad():
        theirs = net(inputs)
    ours = torch.from_numpy(onnxruntime.InferenceSession(model).run(None, {"input": inputs.numpy()})[0])
    off = (ours - theirs).norm().item() / theirs.norm().item()
    checks.judge(f"{name}: exported to ONNX and safetensors", off <= BOUND, f"logits {off:.1e} off PyTorch's")


def random_layers(seed):
    """A random list of layers that fits its images, and their side."""
    choose = random.Random(seed)
    side = choose.randint(8, 24)
    while True:
        layers = []
        for _ in range(choose.randint(1, 5)):
            kernel = choose.choice([1, 2, 3, 5])
            layers.append(choose.choice([
                {"conv": {"channels": choose.choice([1, 3, 5, 8, 16, 17]), "kernel": kernel,
                          "stride": choose.choice([1, 1, 2]), "padding": choose.choice([0, kernel // 2])}},
                {choose.choice(["max_pool", "avg_pool"]): {"kernel": 3, "stride": choose.choice([1, 2]),
                                                           "padding": choose.choice([0, 1])}},
                "batch_norm", "local_response_norm", choose.choice(list(ACTIVATIONS))]))
        if choose.random() < 0.2:
            layers.append("global_avg_pool")
        layers.append("flatten")
        for _ in range(choose.randint(0, 2)):
            layers += [{"linear": choose.choice([3, 7, 16])}, choose.choice(list(ACTIVATIONS))]
        layers.append({"linear": "classes"})
        try:
            Network(layers, side)
            return layers, side
        except (RuntimeError, ValueError):
            continue


RECIPES = {
    "SGD": {}, "momentum, decay": {"momentum": 0.9, "weight_decay": 0.02},
    "Nesterov, decay of weights": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.02, "decay": "weights"},
    "Adam": {"optimizer": "adam", "lr": 0.002, "weight_decay": 0.02},
    "AdamW": {"optimizer": "adamw", "lr": 0.002, "weight_decay": 0.2, "decay": "weights", "beta1": 0.8, "beta2": 0.95},
    "clipped gradients": {"clip_norm": 0.3}, "smoothed labels": {"label_smoothing": 0.1},
    "cosine": {"schedule": "cosine", "min_lr": 0.01}, "linear": {"schedule": "linear", "min_lr": 0.01},
    "one cycle": {"schedule": "one_cycle"}, "warmup": {"warmup_steps": 4},
    "step": {"schedule": "step", "step_every": 2, "lr_factor": 0.5, "epochs": 5},
    "multistep": {"schedule": "multistep", "milestones": [1, 3], "lr_factor": 0.3, "epochs": 5},
    "warmup epochs": {"warmup_epochs": 1.5, "epochs": 5},
    "warmup and cosine": {"schedule": "cosine", "warmup_steps": 4},
}


def check_recipes(checks, program):
    """Ten steps of each recipe on a smooth network, without ReLU or maxima on whose kinks rounding would decide."""
    layers = [{"conv": {"channels": 8, "padding": 1}}, "tanh", {"avg_pool": {}}, "flatten", {"linear": 32}, "tanh",
              {"linear": "classes"}]
    for name, training in RECIPES.items():
        recipe = experiment({"layers": layers}, 12, 16, steps=10 // training.get("epochs", 1), **training)
        start = program.initial_weights(recipe)
        events, path = program.train(recipe)
        steps = [event for event in events if event["event"] == "progress"]
        net = Network(layers, 12).double()
        net.load_state_dict(start, strict=True)
        rates = []
        losses = peer.train(net, recipe, 10, rates)
        off = max(abs(step["loss"] - loss) / loss for step, loss in zip(steps, losses))
        rate = max(abs(step["learning_rate"] - rate) / rate for step, rate in zip(steps, rates))
        trained = load_file(path)
        weights = max(
            ((trained[key].double() - value).norm() / value.norm()).item() for key, value in net.state_dict().items())
        checks.judge(
            f"ten steps, {name}", len(steps) == 10 and off <= BOUND and rate <= 1e-9 and weights <= BOUND,
            f"losses {off:.1e}, rates {rate:.1e}, weights {weights:.1e} off")
    check_average(checks, program, layers)


def check_average(checks, program, layers):
    """A running mean of the weights against `AveragedModel`."""
    recipe = experiment({"layers": layers}, 12, 16, steps=10, ema=0.8)
    start = program.initial_weights(recipe)
    _, path = program.train(recipe)
    net = Network(layers, 12).double()
    net.load_state_dict(start, strict=True)
    mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.8))
    peer.train(net, recipe, 10, after=lambda: mean.update_parameters(net))
    saved = load_file(path)
    off = max(
        ((saved[key].double() - value).norm() / value.norm()).item()
        for key, value in mean.module.state_dict().items())
    checks.judge("averaged weights", off <= BOUND, f"{off:.1e} off AveragedModel")


def check_networks(checks, program):
    for name, layers, side, batch in layer_cases():
        checks.run(name, check_layers, program, name, layers, side, batch)
    name, layers, side, batch = next(layer_cases())
    checks.run("label smoothing", check_layers, program, "label smoothing", layers, side, 6, 0.2)
    checks.run("named networks", check_members, program)
    checks.run("recipes", check_recipes, program)
    for seed in range(100):
        layers, side = random_layers(seed)
        name = f"random network {seed}"
        recipe = experiment({"layers": layers}, side, 16)
        checks.run(name, check_export, program, name, recipe, layers)
