"""Measures speed and memory, in rounds in which both sides of a ratio take turns.

Without names it measures everything that has not been measured with these sources yet.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import vgglab
from compare import PEERS, compare
from results import Results
from screen import Screen

BATCH = 128


def float32(rounds):
    return compare(rounds=rounds, steps=3)


def bfloat16(rounds):
    return compare(rounds=rounds, steps=3, training__precision="bfloat16")


def full(rounds):
    # PyTorch as in the notebook would take too long.
    return compare(rounds=rounds, steps=1, peers=PEERS[:2], network__ratio=1, data__batch_size=32)


def side_32(rounds):
    return compare(rounds=rounds, steps=15, data__resize=32)


def loop(rounds):
    """A user's training run against the bare step: images per second, means over equally many steps."""
    steps, bare, whole, shares, memory = 12, [], [], [], {}
    for _ in range(rounds):
        seconds = vgglab.bench(steps=steps)["step_seconds"]
        bare.append(BATCH * len(seconds) / sum(seconds))
        with vgglab.store() as runs:
            # The first steps do not count, as in a long run.
            limits = {"data.limit_train": (steps + 2) * BATCH, "data.limit_test": BATCH, "training.epochs": 1}
            vgglab.call("--no-tui", vgglab.NOTEBOOK, "--threads", 2, "--runs", runs, *vgglab.settings(limits))
            records = vgglab.history("vgg11-ratio4-1", runs)
        noted = vgglab.steps_of(records)
        took = noted[-1]["elapsed_seconds"] - noted[1]["elapsed_seconds"]
        whole.append(BATCH * (len(noted) - 2) / took)
        memory = {
            "peak_memory_bytes": records[-1]["peak_memory_bytes"],
            "predicted_memory_bytes": records[0]["predicted_memory_bytes"]}
    return {"bare": bare, "whole": whole, "ratio": vgglab.median_quotient(whole, bare), **memory}


def threads(rounds):
    """One thread against two."""
    rates = {count: [] for count in (1, 2)}
    for _ in range(rounds):
        for count, measured in rates.items():
            measured.append(vgglab.bench(threads=count, steps=4)["images_per_second"])
    return {"one": rates[1], "two": rates[2], "ratio": vgglab.median_quotient(rates[2], rates[1])}


def jobs(rounds):
    """Two experiments at once on one thread each against one on two threads, in one process
    each: total images per second."""
    rates = {count: [] for count in (2, 1)}
    for _ in range(rounds):
        for count, measured in rates.items():
            measured.append(together(count))
    return {"two_runs": rates[2], "one_run": rates[1], "ratio": vgglab.median_quotient(rates[2], rates[1])}


def together(count):
    """Total images per second of this many runs in the dashboard, while all of them train."""
    text = vgglab.NOTEBOOK.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="vgglab-bench-") as folder:
        lab = Path(folder) / "lab"
        lab.mkdir()
        for number in range(count):
            (lab / f"run{number}.yaml").write_text(text.replace("vgg11-ratio4", f"run{number}"), encoding="utf-8")
        screen = Screen(folder, "--jobs", str(count), "--threads", "2")
        screen.read(until=b"run0")
        if count == 1:
            screen.press(b"\x1b[H\r")
        else:
            screen.launch_both()
        screen.read(seconds=25)
        screen.end()
        runs = Path(folder) / "state/vgglab"
        times = [
            [datetime.fromisoformat(step["time"]).timestamp()
             for step in vgglab.steps_of(vgglab.history(f"run{number}-1", runs))][1:]
            for number in range(count)]
    first, last = max(run[0] for run in times), min(run[-1] for run in times)
    rate = 0
    for run in times:
        inside = [time for time in run if first <= time <= last]
        rate += BATCH * (len(inside) - 1) / (inside[-1] - inside[0])
    return rate


def evaluation(rounds):
    """Images per second, evaluation against training, in one process."""
    reports = [vgglab.bench(steps=5) for _ in range(rounds)]
    evaluating = [report["evaluation_images_per_second"] for report in reports]
    training = [report["images_per_second"] for report in reports]
    return {"evaluation": evaluating, "training": training, "ratio": vgglab.median_quotient(evaluating, training)}


def busy(rounds, experiment, steps):
    """Alone, two processes at once, and beside a program that spins on one core: images per second, each started anew
    in each round."""
    alone, pairs, beside = [], [], []
    for _ in range(rounds):
        alone += vgglab.benches(1, experiment, steps=steps)
        pairs.append(sum(vgglab.benches(2, experiment, steps=steps)))
        with vgglab.neighbour():
            beside += vgglab.benches(1, experiment, steps=steps)
    return {
        "alone": alone, "two_processes": pairs, "beside_neighbour": beside,
        "two_processes_ratio": vgglab.median_quotient(pairs, alone),
        "beside_neighbour_ratio": vgglab.median_quotient(beside, alone)}


def busy_32(rounds):
    """A busy machine, the quick start's network at 32 × 32."""
    return busy(rounds, vgglab.QUICKSTART, steps=100)


def busy_224(rounds):
    """A busy machine, the notebook's network at 224 × 224."""
    return busy(rounds, vgglab.NOTEBOOK, steps=3)


def start(rounds):
    """Seconds from the program's start to the start and end of its first step, with files in the page cache."""
    begun, ended = [], []
    for number in range(rounds + 1):
        with vgglab.store() as runs:
            begin = time.monotonic()
            process = subprocess.Popen(
                [vgglab.PROGRAM, "--no-tui", "--log-format", "jsonl", "--log-every-step", "--runs", runs, vgglab.NOTEBOOK],
                stdout=subprocess.PIPE, text=True)
            seconds = {}
            while "progress" not in seconds:
                event = json.loads(process.stdout.readline())["event"]
                seconds.setdefault(event, time.monotonic() - begin)
            process.kill()
            process.wait()
        if number > 0:  # the first one warms the page cache
            begun.append(seconds["run_started"])
            ended.append(seconds["progress"])
    return {"first_step_begins": begun, "first_step_ends": ended, "median": statistics.median(ended)}


FIGURES = {
    measure.__name__: measure
    for measure in (float32, bfloat16, full, side_32, loop, threads, jobs, busy_32, busy_224, evaluation, start)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(FIGURES))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if unknown := set(options.names) - set(FIGURES):
        parser.error(f"no such figure: {', '.join(unknown)}; there are {', '.join(FIGURES)}")
    results = Results()
    for name in options.names or [name for name in FIGURES if not results.has(name)]:
        print(f"{name}:", file=sys.stderr)
        measured = FIGURES[name](options.rounds)
        base = {} if "engine" in measured else {
            key: value for key, value in vgglab.bench(steps=1).items() if key in ("machine", "engine", "version")}
        results.keep(name, f"Benchmarks/run figures {name} --rounds {options.rounds}", {**base, **measured})
        print(f"{name}: {json.dumps(measured)}", flush=True)


if __name__ == "__main__":
    main()
