"""The process of every peer: it builds a training step, runs the requested number of steps, and reports their times.

The first argument is the experiment with all its settings, as in `vgglab bench --json`. A line on standard input is
a number of steps; the answer is a line of JSON. The end of input ends the process.
"""

import argparse
import json
import resource
import sys
import time


class Step:
    """The experiment's settings that a peer needs."""

    def __init__(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("settings", type=json.loads)
        parser.add_argument("--threads", type=int, required=True)
        parser.add_argument("--channels-last", action="store_true")
        arguments = parser.parse_args()
        self.threads, self.is_channels_last = arguments.threads, arguments.channels_last
        network, data, training = (arguments.settings[key] for key in ("network", "data", "training"))
        self.side, self.batch = data["resize"], data["batch_size"]
        self.learning_rate, self.momentum = training["lr"], training["momentum"]
        self.is_bfloat16 = training["precision"] == "bfloat16"
        self.layers = layers_of(network)


def layers_of(network):
    """Every layer as a kind and its settings, in order, without the last one's number of classes."""
    if network.get("layers"):
        entries = [(entry, {}) if isinstance(entry, str) else next(iter(entry.items())) for entry in network["layers"]]
        return [(kind, settings if isinstance(settings, dict) else {"value": settings}) for kind, settings in entries]
    layers = []
    for block in network["blocks"]:
        if isinstance(block, list):
            block = {"convs": block[0], "channels": block[1]}
        kernels = block.get("kernel", network["kernel"])
        for index in range(block["convs"]):
            kernel = kernels[index] if isinstance(kernels, list) else kernels
            norm = block.get("norm", network["norm"])
            layers.append(("conv", {
                "channels": block["channels"] // network["ratio"], "kernel": kernel,
                "padding": block.get("padding", kernel // 2), "stride": block.get("stride", 1)}))
            layers += [("batch_norm", {})] if norm == "batch" else []
            layers.append((block.get("activation", "relu"), {}))
            layers += [("local_response_norm", {})] if norm == "local_response" else []
        if block.get("pool", "max") != "none":
            layers.append((f"{block.get('pool', 'max')}_pool", {}))
    layers.append(("flatten", {}))
    for width in network["classifier"]:
        layers += [("linear", {"value": width}), ("relu", {}), ("dropout", {"value": network["dropout"]})]
    return layers + [("linear", {"value": "classes"})]


def serve(version, step):
    """Answers until the input ends; `step` runs one step and returns when it is completed."""
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - begin)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"version": version, "seconds": seconds, "peak_memory_bytes": peak}), flush=True)
