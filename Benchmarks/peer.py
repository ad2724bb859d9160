"""What every peer is as a process: it builds its step, then makes as many as it is asked for and tells their times.

A line on standard input is a number of steps; the answer is a line of JSON. The end of input ends the process.
"""

import argparse
import json
import resource
import sys
import time

VGG11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))


def arguments():
    """The step's shape, the same for all peers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ratio", type=int, default=4)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


def serve(version, step):
    """Answers until the input ends; `step` makes one step and returns when it is done."""
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            begin = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - begin)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"version": version, "seconds": seconds, "peak_memory_bytes": peak}), flush=True)
