"""Checks every named network: parameters and multiply-accumulates, weights that PyTorch loads, and the ONNX model."""

import random

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

import modules
import peer
from modules import ACTIVATIONS, COLUMNS, VARIANTS, conv
from program import Failure

RATIOS = (1, 2, 4, 8, 16, 64)
# Sides of images to count for, and one to train with.
SIDES = {
    "lenet": ((12, 28, 33), 28), "lenet-bn": ((16, 28, 33), 28), "alexnet": ((67, 96, 224), 96),
    "mlp": ((1, 28, 33), 28), **{variant: ((32, 96, 224), 32) for variant in COLUMNS},
}

# Every layer that a file can list, with settings other than the usual.
EVERY_LAYER = [
    "batch_norm", {"conv": {"channels": 12, "kernel": 5, "stride": 2, "padding": 3}}, "batch_norm", "relu",
    {"local_response_norm": {"size": 3, "alpha": 0.5, "beta": 0.6, "k": 1.5}},
    {"max_pool": {"kernel": 3, "stride": 2, "padding": 1}}, conv(9, 1), "leaky_relu", "local_response_norm",
    {"dropout": 0.1}, conv(16, 3, padding=1), "gelu", {"avg_pool": {"kernel": 3, "stride": 1, "padding": 1}}, "silu",
    {"max_pool": {"kernel": 2, "stride": 1}}, "avg_pool", "sigmoid", conv(24, 2), "tanh", "global_avg_pool", "gelu",
    "flatten", "silu", {"linear": 17}, "batch_norm", "leaky_relu", {"dropout": 0.5}, {"linear": 20}, "tanh",
    {"linear": 11}, "gelu", "batch_norm", {"linear": "classes"},
]
# Lists that end otherwise than VGG, so that the number of classes is found elsewhere.
HIDDEN = ["relu", {"dropout": 0.5}]
ENDINGS = {
    "a list without linear layers": [conv(9, 3), "relu", conv("classes", 1), "global_avg_pool", "flatten"],
    "a list that ends with an activation": ["flatten", {"linear": 12}, "relu", {"linear": "classes"}, "tanh"],
    "a list with four linear layers": [
        "flatten", {"linear": 30}, *HIDDEN, {"linear": 20}, *HIDDEN, {"linear": 15}, "relu", {"linear": "classes"}],
}


def experiment(network, side, batch=4):
    """Two steps, so that weights and running statistics are not the initial ones."""
    return {
        "name": "members", "description": "compared with PyTorch", "network": network,
        "data": {
            "dataset": "fashion-mnist", "resize": side, "batch_size": batch, "shuffle": False, "limit_train": 2 * batch,
            "limit_test": 50, "sampling": "first",
        },
        "training": {"optimizer": "sgd", "lr": 0.05, "momentum": 0, "weight_decay": 0, "epochs": 1, "seed": 11},
    }


def check_members(checks, program):
    """Checks all named networks, and a list with every layer."""
    for variant in VARIANTS:
        ratios = RATIOS if variant in COLUMNS else (None,)
        checks.run(f"size of {variant}", check_counts, program, variant, ratios, SIDES[variant][0])
    for variant in VARIANTS:
        network = {"variant": variant, **({"ratio": 8} if variant in COLUMNS else {})}
        checks.run(
            f"exports of {variant}", check_exports, program, variant, experiment(network, SIDES[variant][1]))
    used = {layer if isinstance(layer, str) else next(iter(layer)) for layer in EVERY_LAYER}
    every = {
        *ACTIVATIONS, "conv", "linear", "dropout", "max_pool", "avg_pool", "global_avg_pool", "batch_norm",
        "local_response_norm", "flatten",
    }
    checks.judge("the list of every layer has every layer", used == every, f"{len(used)} kinds of layer")
    for name, layers in {"a list of every layer": EVERY_LAYER, **ENDINGS}.items():
        checks.run(f"exports of {name}", check_exports, program, name, experiment({"layers": layers}, 28, 16))
    block = {"convs": 2, "channels": 8, "norm": "batch", "activation": "gelu", "pool": "avg", "stride": 2, "padding": 2}
    recipe = experiment({"blocks": [[1, 8], block], "ratio": 1, "norm": "local_response", "classifier": [16]}, 30)
    checks.run("exports of blocks", check_exports, program, "blocks", recipe)
    checks.run("exports of random lists", check_random, program)


def random_layers(seed):
    """A random list of layers that fits its images, and their side."""
    choose = random.Random(seed)
    side = choose.randint(8, 24)
    while True:
        layers = []
        for _ in range(choose.randint(1, 5)):
            kernel = choose.choice([1, 2, 3, 5])
            pool = {"kernel": 3, "stride": choose.choice([1, 2]), "padding": choose.choice([0, 1])}
            layers.append(choose.choice([
                conv(
                    choose.choice([1, 3, 5, 8, 16, 17]), kernel, choose.choice([1, 1, 2]),
                    choose.choice([0, kernel // 2])),
                {choose.choice(["max_pool", "avg_pool"]): pool}, "batch_norm", "local_response_norm",
                choose.choice(list(ACTIVATIONS))]))
        layers += ["global_avg_pool"] if choose.random() < 0.2 else []
        layers.append("flatten")
        for _ in range(choose.randint(0, 2)):
            layers += [{"linear": choose.choice([3, 7, 16])}, choose.choice(list(ACTIVATIONS))]
        layers.append({"linear": "classes"})
        try:
            modules.Network(layers, side)
            return layers, side
        except RuntimeError:
            continue


def check_random(checks, program):
    """Compares the logits of 100 random lists' ONNX models with PyTorch's, from their safetensors files."""
    worst, failed = 0.0, []
    for seed in range(100):
        layers, side = random_layers(seed)
        recipe = experiment({"layers": layers}, side, 16)
        try:
            off = exported(program, recipe)[-1]
            worst = max(worst, off)
            failed += [f"{off:.1e} off ({layers})"] if not off <= 1e-5 else []
        except Failure as failure:
            failed.append(f"{failure} ({layers})")
    checks.judge(
        "exports of random lists", not failed,
        f"{len(failed)} of 100 fail: {'; '.join(failed[:3])}" if failed
        else f"logits of 100 networks at most {worst:.1e} off")


def check_counts(checks, program, variant, ratios, sides):
    """Compares name, parameters and multiply-accumulates of each layer, and their totals."""
    wrong, sizes = [], []
    for ratio in ratios:
        for side in sides:
            network = {"variant": variant, **({"ratio": ratio} if ratio else {})}
            table = program.shapes(experiment(network, side))
            ours = [(row["name"], row["parameters"], row["macs"]) for row in table["layers"] if row["name"]]
            rest = sum(row["parameters"] + row["macs"] for row in table["layers"] if not row["name"])
            theirs = modules.Network(modules.layers_of(network), side).counts()
            parameters, macs = (sum(row[place] for row in theirs) for place in (1, 2))
            # Gradients of weights and of inputs take as many each, except that the first layer needs none of its input.
            training = 3 * macs - next(count for _, _, count in theirs if count > 0)
            totals = {"parameters": parameters, "forward_macs": macs, "training_macs": training}
            sizes.append(f"{parameters:,} and {macs:,}")
            if ours != theirs or rest != 0 or not totals.items() <= table["totals"].items():
                wrong.append(f"{network} at {side}: {table['totals']}, PyTorch's {totals}")
    checks.judge(
        f"parameters and MACs of {variant}", not wrong,
        "; ".join(wrong[:3]) or f"{len(sizes)} sizes equal, from {sizes[-len(sides)]} to {sizes[len(sides) - 1]}")


def exported(program, recipe):
    """A trained network's weights file, PyTorch's module of it, the module's logits of the first test images, and the
    relative error of those by ONNX Runtime."""
    run, _, _ = program.keep(recipe)
    weights = program.export(run, "safetensors", "--at", "last", "--overwrite")
    model = program.export(run, "onnx", "--at", "last", "--overwrite")
    net = modules.network(recipe, load_file(weights)).double().eval()
    images = peer.images("t10k", recipe["data"]["resize"], 50)
    with torch.no_grad():
        logits = net(images.double())
    try:
        onnx.checker.check_model(onnx.load(model), full_check=True)
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        outputs = np.concatenate(
            [session.run(None, {"input": part.numpy()})[0] for part in (images[:1], images[1:])])
    except Exception as error:  # each library has its own
        raise Failure(f"{type(error).__name__}: {error}") from error
    return weights, net, logits, (torch.from_numpy(outputs).double() - logits).norm().item() / logits.norm().item()


def check_exports(checks, program, name, recipe):
    """Loads a trained network's safetensors file and ONNX model; compares their logits, and vgglab's own test loss."""
    weights, net, logits, off = exported(program, recipe)
    # The files have no num_batches_tracked. They load strictly all the same: PyTorch adds these counters to tensors
    # without a version, as its first version did not have them.
    with safe_open(weights, "pt") as file:
        classes, tensors = file.metadata()["classes"], set(file.keys())
    missing = set(net.state_dict()) - tensors
    checks.judge(
        f"PyTorch loads {name}", classes == "10" and all(key.endswith("num_batches_tracked") for key in missing),
        f"{len(tensors)} tensors for {classes} classes, strict, {len(missing)} counters of batches at 0")
    loss = nn.functional.cross_entropy(logits, peer.labels("t10k", 50)).item()
    ours = program.evaluate(weights, recipe)["loss"]
    checks.judge(
        f"vgglab's test loss of {name}", abs(ours - loss) <= 1e-5 * loss,
        f"{ours:.6f}, {abs(ours - loss) / loss:.1e} off")
    checks.judge(f"ONNX Runtime predicts {name}", off <= 1e-5, f"logits of 50 images {off:.1e} off PyTorch's")
