"""vgglab beside its peers: the same training step, in turn, several rounds; medians and ratios.

Every peer is a process that waits between its turns. A ratio is the median over the rounds of the quotient within a
round, so that a load that comes and goes touches both sides alike.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VGGLAB = HERE.parent / ".build/release/vgglab"
EXPERIMENT = HERE.parent / "experiments/vgg11-ratio4.yaml"


class Peer:
    """A script that makes steps on demand."""

    def __init__(self, name, script, shape, *options):
        self.name, self.version, self.peak = name, "", 0
        command = [sys.executable, "-B", str(HERE / script), *options]
        for key in ("ratio", "side", "batch", "threads"):
            command += [f"--{key}", str(getattr(shape, key))]
        self.batch = shape.batch
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.run(2)

    def run(self, steps):
        """Pictures a second, the median step's."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer")
        answer = json.loads(line)
        self.version, self.peak = answer["version"], answer["peak_memory_bytes"]
        return self.batch / statistics.median(answer["seconds"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Vgglab:
    """`vgglab bench`, a new process each time."""

    def __init__(self, name, shape, precision):
        self.name, self.version, self.peak = name, "", 0
        self.settings = {
            "network.ratio": shape.ratio, "data.resize": shape.side, "data.batch_size": shape.batch,
            "training.precision": precision}
        self.threads = shape.threads

    def run(self, steps):
        command = [str(VGGLAB), "bench", str(EXPERIMENT), "--json", "--steps", str(steps)]
        command += ["--threads", str(self.threads)]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        self.version, self.peak = f"vgglab, {report['engine']}", report["peak_memory_bytes"]
        self.machine, self.share = report["machine"], report["share_of_peak"]
        return report["images_per_second"]

    def close(self):
        pass


def contenders(shape, precision):
    """What is compared: vgglab first."""
    lowers = ["--bfloat16"] if precision == "bfloat16" else []
    all = [
        Vgglab("vgglab", shape, precision),
        Peer("TensorFlow, tf.function", "peer_tensorflow.py", shape, *lowers),
        Peer("PyTorch, channels last", "peer_pytorch.py", shape, "--channels-last", *lowers)]
    if not lowers:
        all.append(Peer("PyTorch, as the notebook has it", "peer_pytorch.py", shape))
    return all


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ratio", type=int, default=4)
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3, help="steps in a turn")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--json", help="append the results to this file, one JSON object a line")
    options = parser.parse_args()

    everybody = contenders(options, options.precision)
    rates = {contender.name: [] for contender in everybody}
    for number in range(options.rounds):
        for contender in everybody:
            rates[contender.name].append(contender.run(options.steps))
        print(f"round {number + 1}: " + ", ".join(f"{rate[-1]:.1f}" for rate in rates.values()), file=sys.stderr)

    ours = everybody[0]
    print(f"VGG-11, ratio {options.ratio}, side {options.side}, batch {options.batch}, {options.precision}, "
          f"{options.threads} threads; {ours.machine}")
    print(f"median of {options.rounds} rounds; vgglab at {ours.share:.2f} of the peak\n")
    print(f"| | images/s | vgglab is faster by | peak memory |\n| --- | --- | --- | --- |")
    results = []
    for contender in everybody:
        rate = rates[contender.name]
        quotient = statistics.median(a / b for a, b in zip(rates[ours.name], rate))
        results.append({
            "name": contender.name, "version": contender.version, "images_per_second": rate,
            "median": statistics.median(rate), "vgglab_faster_by": quotient, "peak_memory_bytes": contender.peak})
        shown = "" if contender is ours else f"{quotient:.2f} ×"
        print(f"| {contender.name} ({contender.version}) | {statistics.median(rate):.1f} | {shown} | "
              f"{contender.peak / 2**30:.2f} GiB |")
        contender.close()
    if options.json:
        shape = {key: getattr(options, key) for key in ("ratio", "side", "batch", "threads", "precision", "rounds")}
        with open(options.json, "a", encoding="utf-8") as file:
            file.write(json.dumps({**shape, "machine": ours.machine, "results": results}) + "\n")


if __name__ == "__main__":
    main()
