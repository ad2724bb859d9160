"""Compares vgglab with its peers: the same training step, taking turns, in several rounds; medians and ratios.

Every peer is a process that waits between its turns. A ratio is the median over the rounds of the quotient within a
round, so that changing load affects both sides alike.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile

import vgglab

HERE = vgglab.ROOT / "Benchmarks"


PEERS = [
    ("TensorFlow, tf.function", "peer_tensorflow.py"), ("PyTorch, channels last", "peer_pytorch.py", "--channels-last"),
    ("PyTorch, as in the notebook", "peer_pytorch.py")]


class Peer:
    """A script that runs steps on demand."""

    def __init__(self, name, script, settings, threads, *options):
        self.name, self.version, self.peak = name, "", 0
        self.batch = settings["data"]["batch_size"]
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-B", HERE / script, json.dumps(settings), "--threads", str(threads), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True)
        self.run(2)

    def run(self, steps):
        """Images per second of the median step."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.said.seek(0)
            raise SystemExit(f"{self.name} ended without an answer:\n{self.said.read()[-2000:]}")
        answer = json.loads(line)
        self.version, self.peak = answer["version"], answer["peak_memory_bytes"]
        return self.batch / statistics.median(answer["seconds"])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Vgglab:
    """`vgglab bench`, a new process each time."""

    name = "vgglab"

    def __init__(self, experiment, threads, changed):
        self.options = {"experiment": experiment, "threads": threads, **changed}
        self.run(1)

    def run(self, steps):
        self.report = vgglab.bench(steps=steps, **self.options)
        self.version, self.peak = self.report["engine"].split(",")[0], self.report["peak_memory_bytes"]
        return self.report["images_per_second"]

    def close(self):
        pass


def compare(experiment=vgglab.NOTEBOOK, threads=2, rounds=5, steps=3, peers=None, **changed):
    """Runs vgglab and the peers in turn; PyTorch as in the notebook only in float32.

    Returns the report of `vgglab bench` and, for each contender with vgglab first, the rates of all rounds.
    """
    ours = Vgglab(experiment, threads, changed)
    settings = ours.report["settings"]
    peers = peers or (PEERS if settings["training"]["precision"] == "float32" else PEERS[:-1])
    everybody = [ours] + [Peer(name, script, settings, threads, *options) for name, script, *options in peers]
    rates = [[] for _ in everybody]
    for number in range(rounds):
        for contender, rate in zip(everybody, rates):
            rate.append(contender.run(steps))
        print(f"round {number + 1}: " + ", ".join(f"{rate[-1]:.1f}" for rate in rates), file=sys.stderr, flush=True)
    results = []
    for contender, rate in zip(everybody, rates):
        results.append({
            "name": contender.name, "version": contender.version, "images_per_second": rate,
            "median": statistics.median(rate), "vgglab_faster_by": vgglab.median_quotient(rates[0], rate),
            "peak_memory_bytes": contender.peak})
        contender.close()
    report = {key: ours.report[key] for key in (
        "experiment", "settings", "machine", "version", "engine", "threads", "share_of_peak", "predicted_memory_bytes")}
    return {**report, "rounds": rounds, "steps": steps, "results": results}


def table(results):
    """Formats results as a Markdown table."""
    lines = ["| | images/s | vgglab is faster by | peak memory |", "| --- | --- | --- | --- |"]
    for result in results:
        quotient = f"{result['vgglab_faster_by']:.2f} ×" if result is not results[0] else ""
        version = f" ({result['version']})"
        lines.append(
            f"| {result['name']}{version} | {result['median']:.1f} | {quotient} | "
            f"{result['peak_memory_bytes'] / 2**30:.2f} GiB |")
    return "\n".join(lines)


def setting(text):
    key, found, value = text.partition("=")
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is not key=value")
    return key, value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiment", nargs="?", default=vgglab.NOTEBOOK)
    parser.add_argument("--set", action="append", default=[], type=setting, metavar="KEY=VALUE")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3, help="steps per turn")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    report = compare(options.experiment, options.threads, options.rounds, options.steps, **dict(options.set))
    if options.json:
        print(json.dumps(report))
        return
    data, training = report["settings"]["data"], report["settings"]["training"]
    print(f"{report['experiment']}: side {data['resize']}, batch {data['batch_size']}, {training['precision']}, "
          f"{report['threads']} threads; {report['machine']}")
    print(f"{report['engine']}")
    print(f"median of {report['rounds']} rounds; vgglab at {report['share_of_peak']:.2f} of the peak, "
          "counted as direct convolution\n")
    print(table(report["results"]))


if __name__ == "__main__":
    main()
