"""vgglab's throughput by channel ratio, image size, batch, threads and precision, varied one at a time from the
notebook's network, with measured and predicted memory. Saves each row immediately and continues where it was interrupted."""

import argparse
import time

import vgglab
from results import Results

NOTEBOOK = {"ratio": 4, "side": 224, "batch": 128, "threads": 2, "precision": "float32"}
# The varied settings, and the number of timed steps: many if they are short.
ROWS = [
    ({}, 5),
    ({"ratio": 1}, 3), ({"ratio": 2}, 3), ({"ratio": 8}, 7),
    ({"side": 32}, 50), ({"side": 64}, 20), ({"side": 96}, 10),
    ({"batch": 1}, 100), ({"batch": 16}, 20), ({"batch": 512}, 3),
    ({"threads": 1}, 5),
    ({"precision": "bfloat16"}, 5),
]


def name(row):
    return "sweep " + (" ".join(f"{key}={value}" for key, value in row.items()) or "notebook")


def measure(row, steps):
    shape = {**NOTEBOOK, **row}
    report = vgglab.bench(
        threads=shape["threads"], steps=steps, network__ratio=shape["ratio"], data__resize=shape["side"],
        data__batch_size=shape["batch"], training__precision=shape["precision"])
    keys = (
        "images_per_second", "evaluation_images_per_second", "share_of_peak", "peak_memory_bytes",
        "predicted_memory_bytes", "machine", "engine", "version")
    return {"shape": shape, "steps": steps, **{key: report[key] for key in keys}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="repeat what has been measured with these sources")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no row after this time")
    options = parser.parse_args()
    begin, results = time.monotonic(), Results()
    left = [(row, steps) for row, steps in ROWS if options.again or not results.has(name(row))]
    for number, (row, steps) in enumerate(left):
        if time.monotonic() - begin > options.seconds:
            print(f"{len(left) - number} rows are left; run it again")
            return
        measured = measure(row, steps)
        results.keep(name(row), "Benchmarks/run sweep", measured)
        print(f"{name(row)}: {measured['images_per_second']:.1f} images/s, "
              f"{measured['peak_memory_bytes'] / 2**20:.0f} MiB, "
              f"predicted {measured['predicted_memory_bytes'] / 2**20:.0f}", flush=True)


if __name__ == "__main__":
    main()
