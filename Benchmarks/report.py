"""Writes RESULTS.md: each measurement with its target and the command that repeats it."""

import statistics

import vgglab
from compare import table
from figures import FIGURES
from results import Results
from sweep import ROWS, name

COMPARISONS = {
    "float32": "VGG-11, ratio 4, 224 × 224, batch 128, float32", "bfloat16": "The same in bfloat16",
    "full": "VGG-11, ratio 1, 224 × 224, batch 32, float32", "side_32": "VGG-11, ratio 4, 32 × 32, batch 128, float32"}


def figures(all):
    """The description, the value, its target, whether it is met, and the measurement's name."""
    rows = []

    def add(measured, what, take, target, is_met, unit="×"):
        if measured in all:
            value = take(all[measured])
            rows.append((what, f"{value:.2f} {unit}", target, is_met(value), measured))

    def peer(*names):
        def slowest(measured):
            return min(r["vgglab_faster_by"] for r in measured["results"][1:] if r["name"].startswith(names))
        return slowest

    def median(key):
        return lambda measured: statistics.median(measured[key])

    def memory(measured):
        return measured["results"][0]["peak_memory_bytes"] / 2**30

    def least(bound):
        return f"≥ {bound:g}", lambda value: value >= bound

    def most(bound):
        return f"≤ {bound:g}", lambda value: value <= bound

    add("float32", "float32 against TensorFlow", peer("TensorFlow"), *least(2))
    add("float32", "float32 against PyTorch as in the notebook", peer("PyTorch, as"), *least(7))
    add("float32", "float32 against PyTorch, channels last", peer("PyTorch, channels"), *least(1))
    add("float32", "float32, share of the measured peak, counted as direct convolution, last round",
        lambda measured: measured["share_of_peak"], *least(1.25))
    add("bfloat16", "bfloat16 against TensorFlow's mixed_bfloat16", peer("TensorFlow"), *least(1.3))
    add("bfloat16", "bfloat16 against PyTorch's autocast, channels last", peer("PyTorch"), *least(1))
    add("full", "full VGG-11, batch 32, against TensorFlow", peer("TensorFlow"), *least(2))
    add("side_32", "image size 32, against the best peer", peer("TensorFlow", "PyTorch"), *least(1.2))
    add("loop", "whole training loop against the bare step", lambda measured: measured["ratio"], *least(0.97))
    add("threads", "two threads against one", lambda measured: measured["ratio"], *least(1.85))
    add("jobs", "two runs on one thread each against one run on two", lambda measured: measured["ratio"], *least(0.95))
    for measured, side in (("busy_32", 32), ("busy_224", 224)):
        add(measured, f"image size {side}: two processes at once, together against one alone",
            lambda measured: measured["two_processes_ratio"], *least(0.9))
        add(measured, f"image size {side}: beside a program that spins on one core, against alone",
            lambda measured: measured["beside_neighbour_ratio"], *least(0.5))
    add("evaluation", "evaluation against training", lambda measured: measured["ratio"], *least(3))
    add("float32", "peak memory of the float32 step", memory, *most(1.2), unit="GiB")
    add("float32", "its prediction, relative to it",
        lambda measured: measured["predicted_memory_bytes"] / measured["results"][0]["peak_memory_bytes"],
        "0.9 to 1.1", lambda value: 0.9 <= value <= 1.1)
    add("loop", "the prediction of a whole run's memory, relative to its peak",
        lambda measured: measured["predicted_memory_bytes"] / measured["peak_memory_bytes"],
        "0.9 to 1.1", lambda value: 0.9 <= value <= 1.1)
    add("start", "start to the beginning of the first step, warm file cache", median("first_step_begins"), *most(1.5), unit="s")
    add("start", "start to the end of the first step", median("first_step_ends"), *most(1.5), unit="s")
    return rows


def origin(measured):
    """Date and sources of a measurement."""
    return f"{measured['date']}, sources {measured['sources']}"


def report(all):
    first = next(measured for measured in all.values() if "version" in measured)
    lines = [
        "# Results", "",
        "Written by `Benchmarks/run report` from `results.json`, which has every round. The two sides of a ratio took turns;",
        "a ratio is the median over the rounds of the quotient within a round.", "",
        f"Machine: {first['machine']}. {first['version']}.", "",
        "| measurement | value | target | met | command |", "| --- | --- | --- | --- | --- |"]
    for what, value, target, is_met, measured in figures(all):
        lines.append(f"| {what} | {value} | {target} | {'yes' if is_met else 'no'} | `{all[measured]['command']}` |")
    lines += ["", "## Comparison with peers"]
    for key, title in COMPARISONS.items():
        if key in all:
            measured = all[key]
            lines += [
                "", f"{title}, {measured['threads']} threads: `{measured['command']}`, {origin(measured)}. "
                f"{measured['engine']}.", "", table(measured["results"])]
    rows = [all[name(row)] for row, _ in ROWS if name(row) in all]
    if rows:
        lines += [
            "", "## Sweep", "", "One factor varied at a time, starting from the notebook's network: `Benchmarks/run sweep`, "
            f"{', '.join(sorted({origin(row) for row in rows}))}. Memory is predicted for a whole run, "
            "which has two batches of test images besides the two of training images measured here.", "",
            "| ratio | image size | batch | threads | precision | images/s | evaluation | of peak | MiB | predicted | |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        took, predicted = row["peak_memory_bytes"], row["predicted_memory_bytes"]
        lines.append(
            "| " + " | ".join(str(value) for value in row["shape"].values())
            + f" | {row['images_per_second']:.1f} | {row['evaluation_images_per_second']:.1f} | "
            f"{row['share_of_peak']:.2f} | {took / 2**20:.0f} | {predicted / 2**20:.0f} | {predicted / took - 1:+.0%} |")
    lines += ["", "## Other measurements", ""]
    for key in FIGURES:
        if key in all and key not in COMPARISONS:
            lines.append(f"- {key}: `{all[key]['command']}`, {origin(all[key])}")
    return "\n".join(lines) + "\n"


def main():
    path = vgglab.ROOT / "Benchmarks/RESULTS.md"
    path.write_text(report(Results().all), encoding="utf-8")
    print(f"written to {path.relative_to(vgglab.ROOT)}")


if __name__ == "__main__":
    main()
