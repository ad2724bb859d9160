"""vgglab's throughput over channel ratio, side, batch, threads and precision, with the memory it took and foretold."""

import argparse
import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = {"network.ratio": 4, "data.resize": 224, "data.batch_size": 128, "training.precision": "float32"}
THREADS = 2


def measure(threads=THREADS, steps=5, **changed):
    """A row of the table."""
    settings = {**NOTEBOOK, **{key.replace("__", "."): value for key, value in changed.items()}}
    command = [str(ROOT / ".build/release/vgglab"), "bench", str(ROOT / "experiments/vgg11-ratio4.yaml"), "--json"]
    command += ["--steps", str(steps), "--threads", str(threads)]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    took, foretold = report["peak_memory_bytes"], report["predicted_memory_bytes"]
    print(
        f"| {settings['network.ratio']} | {settings['data.resize']} | {settings['data.batch_size']} | {threads} | "
        f"{settings['training.precision']} | {report['images_per_second']:.1f} | {report['share_of_peak']:.2f} | "
        f"{took / 2**20:.0f} | {foretold / 2**20:.0f} | {foretold / took - 1:+.0%} |", flush=True)
    return {"settings": settings, **report}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5, help="timed steps of each row")
    parser.add_argument("--json", help="write the reports to this file")
    options = parser.parse_args()
    print("| ratio | side | batch | threads | precision | images/s | of peak | MiB | foretold | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    rows = [{}]
    rows += [{"network__ratio": ratio, "data__batch_size": 32} for ratio in (1, 2, 8)]
    rows += [{"data__resize": side} for side in (32, 64, 96)]
    rows += [{"data__batch_size": batch} for batch in (1, 16, 512)]
    rows += [{"threads": 1}, {"training__precision": "bfloat16"}]
    reports = [measure(steps=options.steps, **row) for row in rows]
    if options.json:
        Path(options.json).write_text(json.dumps(reports, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
