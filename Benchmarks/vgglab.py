"""Runs vgglab for the other scripts: benchmarks and training runs."""

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/vgglab"
NOTEBOOK = ROOT / "experiments/vgg11-ratio4.yaml"
BLANK = ROOT / "Benchmarks/blank.yaml"
QUICKSTART = ROOT / "experiments/quickstart.yaml"


def call(*arguments):
    """The output of a call of the program."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise SystemExit(f"vgglab {' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return done.stdout


def settings(changed):
    """Options for settings such as {"data.resize": 32}."""
    return [word for key, value in changed.items() for word in ("--set", f"{key}={value}")]


def bench(experiment=NOTEBOOK, threads=2, steps=5, **changed):
    """The report of `vgglab bench`; in names of settings, two underscores replace the dot."""
    changed = {key.replace("__", "."): value for key, value in changed.items()}
    return json.loads(call(
        "bench", experiment, "--json", "--threads", threads, "--steps", steps, *settings(changed)))


def benches(count, experiment=NOTEBOOK, threads=2, steps=5, **changed):
    """Images per second of each of several processes that start at once."""
    changed = {key.replace("__", "."): value for key, value in changed.items()}
    command = [PROGRAM, "bench", experiment, "--json", "--threads", threads, "--steps", steps, *settings(changed)]
    processes = [
        subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(count)]
    reports = [json.loads(process.communicate()[0]) for process in processes]
    return [report["images_per_second"] for report in reports]


@contextlib.contextmanager
def neighbour():
    """Another program, spinning on one core."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def store():
    """A temporary folder for runs."""
    with tempfile.TemporaryDirectory(prefix="vgglab-bench-") as folder:
        yield Path(folder) / "runs"


def history(run, runs):
    """A run's records: one for each step, epoch and other event."""
    out = runs / f"{run}.jsonl"
    call("export", run, "--runs", runs, "--format", "jsonl", "--out", out)
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def steps_of(records):
    return [record for record in records if record["event"] == "progress"]


def median_quotient(dividends, divisors):
    """The median of the quotients within each round, so that changing load affects both sides alike."""
    return statistics.median(a / b for a, b in zip(dividends, divisors))
