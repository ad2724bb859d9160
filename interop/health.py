"""Compares vgglab's handling of non-finite values and its health metrics with PyTorch's activations and weights."""

import copy

import torch
from safetensors.torch import load_file, save_file
from torch import nn

import peer
from program import Failure


def check_health(checks, program, recipe):
    """Runs all checks on a small network without dropout."""
    checks.run("layers at the start", check_layers, program, recipe, "the initial weights", lambda tensors: None)
    checks.run("layers with closed units", check_layers, program, recipe, "closed units", close_units)
    narrow = copy.deepcopy(recipe)
    narrow["network"]["classifier"] = [1]
    checks.run("layers before a dead one", check_layers, program, narrow, "one hidden unit, dead", close_last)
    checks.run("NaN in a file", check_refused, program, recipe)
    checks.run("divergence", check_divergence, program, recipe)


def close_units(tensors):
    """Sets biases that keep every third unit of each layer with ReLU below 0."""
    for name in hidden_biases(tensors):
        tensors[name][1::3] = -1000


def close_last(tensors):
    """Sets biases that keep the whole last layer with ReLU below 0."""
    tensors[hidden_biases(tensors)[-1]][:] = -1000


def hidden_biases(tensors):
    """Names of the biases that are followed by a ReLU, in order."""
    names = [name for name in tensors if name.endswith("bias")]
    order = {"features": 0, "classifier": 1}
    return sorted(names, key=lambda name: (order[name.split(".")[0]], int(name.split(".")[1])))[:-1]


def check_layers(checks, program, recipe, name, change):
    """Compares dead units, using hooks on ReLU and pooling, and update ratios of the first step."""
    start = program.initial_weights(recipe)
    change(start)
    weights = program.folder / "start.safetensors"
    save_file(start, weights)
    recipe = copy.deepcopy(recipe)
    recipe["network"]["weights"] = str(weights)
    recipe["data"].update(limit_train=recipe["data"]["batch_size"])
    events, path = program.train(recipe)
    ours = next(event for event in events if event["event"] == "progress")["layers"]

    del recipe["network"]["weights"]
    net = peer.network(recipe, copy.deepcopy(start))
    shares = dead_shares(net, recipe)
    peer.train(net, recipe, 1)
    ends, after = load_file(path), net.state_dict()
    worst, off = 0.0, []
    for layer in ours:
        key = f"{layer['layer']}.weight"
        if layer["dead_share"] != shares.get(layer["layer"]):
            off.append(f"{layer['layer']} {layer['dead_share']} and {shares.get(layer['layer'])}")
        ratio = ((after[key] - start[key]).double().norm() / start[key].double().norm()).item()
        # A layer before a completely dead one does not change at all.
        worst = max(worst, abs(layer["update_ratio"] - ratio) / ratio if ratio else layer["update_ratio"])
    checks.judge(
        f"dead units, {name}", not off and len(ours) == len(shares) + 1,
        "; ".join(off) or f"{sum(map(bool, shares.values()))} of {len(shares)} layers have some, all shares equal")
    checks.judge(f"updates beside weights, {name}", worst < 2e-3, f"largest relative difference {worst:.1e}")


def dead_shares(net, recipe):
    """The share of units of each layer that are 0 for the first batch, after ReLU and the pooling that follows it."""
    shares, handles = {}, []
    for part, modules in (("features", net.features), ("classifier", net.classifier)):
        for index, module in enumerate(modules):
            if not isinstance(module, (nn.Conv2d, nn.Linear)) or index + 1 == len(modules):
                continue
            pooled = index + 2 < len(modules) and isinstance(modules[index + 2], nn.MaxPool2d)

            def hook(_, __, output, name=f"{part}.{index}"):
                dead = (output == 0).transpose(0, 1).flatten(1).all(1)
                shares[name] = dead.double().mean().item()

            handles.append(modules[index + 2 if pooled else index + 1].register_forward_hook(hook))
    with torch.no_grad():
        net(peer.images("train", recipe["data"]["resize"], recipe["data"]["batch_size"]))
    for handle in handles:
        handle.remove()
    return shares


def check_refused(checks, program, recipe):
    """Sets one weight to a non-finite value: PyTorch's loss is NaN, and vgglab names the tensor."""
    start = program.initial_weights(recipe)
    wrong = []
    inputs, targets = peer.images("t10k", recipe["data"]["resize"], 32), peer.labels("t10k", 32)
    for name in start:
        tensors = copy.deepcopy(start)
        tensors[name].view(-1)[0] = float("nan")
        path = program.folder / "nan.safetensors"
        save_file(tensors, path)
        loss = nn.functional.cross_entropy(peer.network(recipe, tensors)(inputs), targets).item()
        try:
            program.evaluate(path, recipe)
            wrong.append(f"{name} was taken")
        except Failure as failure:
            if f'"{name}" has NaN' not in str(failure) or loss == loss:
                wrong.append(f"{name}: PyTorch's loss is {loss}; {failure}")
    checks.judge("weights with NaN are refused", not wrong, "; ".join(wrong) or f"{len(start)} tensors, each named")


def check_divergence(checks, program, recipe):
    """Compares the first step with a non-finite loss or gradient, for a learning rate that is far too large."""
    recipe = copy.deepcopy(recipe)
    recipe["training"].update(lr=12, momentum=0.9, epochs=2)
    said = program.events(recipe, status=1)
    start = program.initial_weights(recipe)
    net = peer.network(recipe, start)
    step = peer.first_not_finite(net, recipe)
    ours = said[-1]
    found = ours.get("diverged_at_step")
    checks.judge(
        "a run that diverges ends there", ours["outcome"] == "diverged" and abs(found - step) <= 1,
        f"{ours['outcome']} at step {found}, PyTorch's at step {step}")
