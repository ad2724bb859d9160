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
        self.blocks = [(count, channels // network["ratio"]) for count, channels in network["blocks"]]
        self.kernel, self.classifier, self.dropout = network["kernel"], network["classifier"], network["dropout"]
        self.side, self.batch = data["resize"], data["batch_size"]
        self.learning_rate, self.momentum = training["lr"], training["momentum"]
        self.is_bfloat16 = training["precision"] == "bfloat16"

    @property
    def features(self):
        """The output of the last block for one image."""
        return self.blocks[-1][1] * (self.side // 2 ** len(self.blocks)) ** 2


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
