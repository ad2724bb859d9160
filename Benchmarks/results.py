"""The measurements in results.json, saved immediately, so that measuring can be interrupted and continued. RESULTS.md
is generated from them."""

import datetime
import json
import subprocess

import vgglab

PATH = vgglab.ROOT / "Benchmarks/results.json"


def sources():
    """Identifies the sources that the program is built from; measurements of other sources are repeated."""
    described = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD:Sources"], capture_output=True, text=True, cwd=vgglab.ROOT)
    changed = subprocess.run(["git", "status", "--porcelain", "Sources"], capture_output=True, text=True, cwd=vgglab.ROOT)
    return described.stdout.strip() + (" with changes" if changed.stdout.strip() else "")


class Results:
    """Measurements by name."""

    def __init__(self):
        self.all = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
        self.sources = sources()

    def has(self, name):
        """Whether it has been measured with the current sources."""
        known = self.all.get(name)
        return known is not None and known["sources"] == self.sources and "changes" not in self.sources

    def keep(self, name, command, measured):
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
        self.all[name] = {"date": date, "sources": self.sources, "command": command, **measured}
        text = json.dumps(dict(sorted(self.all.items())), indent=1) + "\n"
        PATH.write_text(text, encoding="utf-8")
