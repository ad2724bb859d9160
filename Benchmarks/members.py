"""Compares every named network with its peers: images per second of a training step and peak memory, in one table.

Each row is a comparison as `compare` makes it. The book's networks have the book's image and batch sizes, VGG has a
quarter of its channels at 224 × 224.
"""

import argparse
import json
import sys

import compare
import vgglab

# Name, settings, and the least factor over the faster peer that was asked for before measuring.
VGG = {"network.ratio": 4, "data.resize": 224, "data.batch_size": 128}
MEMBERS = [
    ("lenet", {"network.variant": "lenet", "data.resize": 28, "data.batch_size": 256}, 1.5),
    ("lenet-bn", {"network.variant": "lenet-bn", "data.resize": 28, "data.batch_size": 256}, 1.5),
    ("mlp", {"network.variant": "mlp", "data.resize": 28, "data.batch_size": 256}, 1.5),
    ("alexnet", {"network.variant": "alexnet", "data.resize": 224, "data.batch_size": 128}, 1.5),
    ("vgg11", {"network.variant": "vgg11", **VGG}, 2), ("vgg11-lrn", {"network.variant": "vgg11-lrn", **VGG}, 2),
    ("vgg11, batch norm", {"network.variant": "vgg11", "network.norm": "batch", **VGG}, 2),
    ("vgg13", {"network.variant": "vgg13", **VGG}, 2), ("vgg16-c", {"network.variant": "vgg16-c", **VGG}, 2),
    ("vgg16", {"network.variant": "vgg16", **VGG}, 2), ("vgg19", {"network.variant": "vgg19", **VGG}, 2)]


def member(name, settings, least, rounds, steps):
    """One row of the table."""
    report = compare.compare(vgglab.BLANK, rounds=rounds, steps=steps, **settings)
    ours, *peers = report["results"]
    best = min(peer["vgglab_faster_by"] for peer in peers)
    lowest = min(peer["peak_memory_bytes"] for peer in peers)
    return {
        "name": name, "least": least, "factor": best, "images_per_second": ours["median"],
        "peers": {peer["name"]: peer["median"] for peer in peers}, "peak_memory_bytes": ours["peak_memory_bytes"],
        "lowest_peer_memory_bytes": lowest, "machine": report["machine"], "settings": settings,
        "versions": [peer["version"] for peer in peers]}


def table(rows):
    """Formats the rows as a Markdown table."""
    peers = list(rows[0]["peers"])
    lines = [
        "| network | images/s | " + " | ".join(peers) + " | over the faster peer | wanted | peak memory | of a peer |",
        "| --- " * (len(peers) + 6) + "|"]
    for row in rows:
        verdict = "" if row["factor"] >= row["least"] else " (missed)"
        lines.append(
            f"| {row['name']} | {row['images_per_second']:,.0f} | "
            + " | ".join(f"{row['peers'][peer]:,.0f}" for peer in peers)
            + f" | {row['factor']:.2f} ×{verdict} | {row['least']} × | {row['peak_memory_bytes'] / 2**20:,.0f} MiB | "
            f"{row['lowest_peer_memory_bytes'] / 2**20:,.0f} MiB |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="rows to measure; all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=3, help="steps per turn")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = []
    for name, settings, least in MEMBERS:
        if not options.names or name in options.names:
            print(name, file=sys.stderr)
            rows.append(member(name, settings, least, options.rounds, options.steps))
    print(json.dumps(rows) if options.json else table(rows))


if __name__ == "__main__":
    main()
