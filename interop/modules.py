"""Networks of experiments as PyTorch modules, built from `layers` lists. Variants and blocks are expanded to such lists
here, from the papers and the book that define them and not from vgglab."""

import torch
from torch import nn

CLASSES = 10
ACTIVATIONS = {
    "relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "gelu": nn.GELU,
    "silu": nn.SiLU,
}

# Convolutions and channels of each block: Simonyan & Zisserman, 2015, table 1.
CHANNELS = [64, 128, 256, 512, 512]
COLUMNS = {
    "vgg11": [1, 1, 2, 2, 2], "vgg11-lrn": [1, 1, 2, 2, 2], "vgg13": [2, 2, 2, 2, 2], "vgg16-c": [2, 2, 3, 3, 3],
    "vgg16": [2, 2, 3, 3, 3], "vgg19": [2, 2, 4, 4, 4],
}


def conv(channels, kernel, stride=1, padding=0):
    """A convolution as a file lists it."""
    return {"conv": {"channels": channels, "kernel": kernel, "stride": stride, "padding": padding}}


def lenet(padding, norm):
    """Dive into Deep Learning, sections 7.6 (without norm) and 8.5 (with batch norm)."""
    return [
        conv(6, 5, padding=padding), *norm, "sigmoid", "avg_pool", conv(16, 5), *norm, "sigmoid", "avg_pool", "flatten",
        {"linear": 120}, *norm, "sigmoid", {"linear": 84}, *norm, "sigmoid", {"linear": "classes"},
    ]


def alexnet():
    """Dive into Deep Learning, section 8.1."""
    pool, hidden = {"max_pool": {"kernel": 3, "stride": 2}}, [{"linear": 4096}, "relu", {"dropout": 0.5}]
    return [
        conv(96, 11, stride=4, padding=1), "relu", pool, conv(256, 5, padding=2), "relu", pool,
        conv(384, 3, padding=1), "relu", conv(384, 3, padding=1), "relu", conv(256, 3, padding=1), "relu", pool,
        "flatten", *hidden, *hidden, {"linear": "classes"},
    ]


# The multilayer perceptron: Dive into Deep Learning, section 5.2.
LISTS = {
    "lenet": lenet(2, []), "lenet-bn": lenet(0, ["batch_norm"]), "alexnet": alexnet(),
    "mlp": ["flatten", {"linear": 256}, "relu", {"linear": "classes"}],
}
VARIANTS = [*LISTS, *COLUMNS]


def blocks_of(variant):
    """The blocks of a column of VGG's table."""
    blocks = [{"convs": convs, "channels": channels} for convs, channels in zip(COLUMNS[variant], CHANNELS)]
    if variant == "vgg11-lrn":
        blocks[0]["norm"] = "local_response"
    if variant == "vgg16-c":
        for block in blocks[2:]:
            block["kernel"] = [3, 3, 1]
    return blocks


def layers_of_block(block, network):
    """A block's layers: each convolution with its activation and norm, then the pooling."""
    if isinstance(block, list):
        block = {"convs": block[0], "channels": block[1]}
    kernels = block.get("kernel", network.get("kernel", 3))
    kernels = kernels if isinstance(kernels, list) else [kernels] * block["convs"]
    norm = block.get("norm", network.get("norm", "none"))
    layers = []
    for kernel in kernels:
        layers.append(conv(
            block["channels"] // network.get("ratio", 4), kernel, block.get("stride", 1),
            block.get("padding", kernel // 2)))
        layers += ["batch_norm"] if norm == "batch" else []
        layers.append(block.get("activation", "relu"))
        layers += ["local_response_norm"] if norm == "local_response" else []
    pool = block.get("pool", "max")
    return layers + ([] if pool == "none" else [f"{pool}_pool"])


def layers_of(network):
    """All layers of an experiment's `network`, as its `layers` would list them."""
    if "layers" in network:
        return network["layers"]
    if network.get("variant") in LISTS:
        return LISTS[network["variant"]]
    blocks = network["blocks"] if "blocks" in network else blocks_of(network["variant"])
    layers = [layer for block in blocks for layer in layers_of_block(block, network)] + ["flatten"]
    for width in network.get("classifier", [4096, 4096]):
        layers += [{"linear": width}, "relu", {"dropout": network.get("dropout", 0.5)}]
    return layers + [{"linear": "classes"}]


def module(layer, shape):
    """One layer as a module for an input of this shape, with weights on the meta device."""
    (name, value), = layer.items() if isinstance(layer, dict) else [(layer, {})]
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]()
    if name == "conv":
        channels = CLASSES if value["channels"] == "classes" else value["channels"]
        return nn.Conv2d(
            shape[0], channels, value.get("kernel", 3), value.get("stride", 1), value.get("padding", 0), device="meta")
    if name in ("max_pool", "avg_pool"):
        pool = nn.MaxPool2d if name == "max_pool" else nn.AvgPool2d
        return pool(value.get("kernel", 2), value.get("stride"), value.get("padding", 0))
    if name == "global_avg_pool":
        return nn.AdaptiveAvgPool2d(1)
    if name == "batch_norm":
        return (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0], device="meta")
    if name == "local_response_norm":
        return nn.LocalResponseNorm(
            value.get("size", 5), value.get("alpha", 1e-4), value.get("beta", 0.75), value.get("k", 2.0))
    if name == "linear":
        return nn.Linear(shape[0], CLASSES if value == "classes" else value, device="meta")
    if name == "dropout":
        return nn.Dropout(value)
    raise ValueError(f"{name} is not a layer")


class Network(nn.Module):
    """A list of layers with torchvision's names: `features` up to flatten, `classifier` after it."""

    def __init__(self, layers, side):
        super().__init__()
        self.features, self.classifier = nn.Sequential(), nn.Sequential()
        part, shape = self.features, (1, side, side)
        for layer in layers:
            if layer == "flatten":
                part, shape = self.classifier, (torch.Size(shape).numel(),)
                continue
            made = module(layer, shape)
            part.append(made)
            shape = tuple(made(torch.empty(2, *shape, device="meta")).shape[1:])
        self.shape = (1, side, side)

    def forward(self, images):
        return self.classifier(torch.flatten(self.features(images), 1))

    def counts(self):
        """Name, parameters and forward multiply-accumulates of each layer with weights, in order, for one image."""
        found, handles = [], []
        for name, part in self.named_modules():
            if not list(part.parameters(recurse=False)):
                continue

            def hook(part, inputs, output, name=name):
                # Each value put out is a sum of as many products as one output has weights; batch norm has no sums.
                sums = not isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d))
                macs = output[0].numel() * part.weight[0].numel() if sums else 0
                found.append((name, sum(tensor.numel() for tensor in part.parameters()), macs))

            handles.append(part.register_forward_hook(hook))
        self(torch.empty(2, *self.shape, device="meta"))
        for handle in handles:
            handle.remove()
        return found


def network(experiment, tensors):
    """The experiment's network with these weights; raises if a name or a shape differs."""
    net = Network(layers_of(experiment["network"]), experiment["data"]["resize"])
    net.load_state_dict(tensors, strict=True, assign=True)
    return net
