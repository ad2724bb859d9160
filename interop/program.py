"""Runs the vgglab program: writes experiments to files, runs commands and parses their output."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file


class Failure(Exception):
    """vgglab ended with an error."""


class Program:
    """The vgglab binary, with its own working folder."""

    def __init__(self, binary, folder, data=None):
        """`data` is the folder with the data set; without it, vgglab searches for one."""
        self.binary = Path(binary).resolve()
        self.folder = Path(folder)
        self.data = data

    def run(self, *arguments, status=0):
        """Runs vgglab, which must end with this status; returns its standard output."""
        command = [str(self.binary), *map(str, arguments)]
        # Runs that are not exported are stored here, too, rather than among the user's own.
        environment = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"))
        if self.data:
            environment["VGGLAB_DATA"] = str(self.data)
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != status:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise Failure(f"vgglab {' '.join(command[1:])}: exit {done.returncode}: {' | '.join(lines[-3:])}")
        return done.stdout

    def write(self, experiment):
        """The experiment as a file; JSON is YAML."""
        path = self.folder / "experiment.yaml"
        path.write_text(json.dumps(experiment, indent=2) + "\n")
        return path

    def initial_weights(self, experiment):
        """The initial weights."""
        path = self.folder / "init.safetensors"
        self.run("--no-tui", "--quiet", "--set", "training.epochs=0", "--save", path, self.write(experiment))
        return load_file(path)

    def train(self, experiment):
        """The events of a training run, and the file with its final weights."""
        path = self.folder / "trained.safetensors"
        said = self.run(
            "--no-tui", "--log-format", "jsonl", "--log-every-step", "--save", path, self.write(experiment))
        return [json.loads(line, parse_constant=reject) for line in said.splitlines()], path

    def events(self, experiment, status=0):
        """The events of a training run that ends with this status; its weights are not saved."""
        said = self.run(
            "--no-tui", "--log-format", "jsonl", "--log-every-step", self.write(experiment), status=status)
        return [json.loads(line, parse_constant=reject) for line in said.splitlines()]

    def keep(self, experiment):
        """Name and events of a stored training run, and the folder of its TensorBoard files."""
        live = self.folder / "live"
        said = self.run(
            "--runs", self.folder / "runs", "--tensorboard", live, "--no-tui", "--log-format", "jsonl",
            "--log-every-step", self.write(experiment))
        events = [json.loads(line, parse_constant=reject) for line in said.splitlines()]
        return events[0]["run"], events, live

    def export(self, run, format, *options):
        """Exports the stored run to a file, or for TensorBoard to a folder."""
        path = self.folder / f"run.{format}"
        self.run("export", run, "--runs", self.folder / "runs", "--format", format, "--out", path, *options)
        return path

    def evaluate(self, weights, experiment):
        """Loss, accuracy, correct and examples."""
        return json.loads(self.run("evaluate", weights, self.write(experiment), "--json"), parse_constant=reject)

    def shapes(self, experiment):
        """The network's table: its layers and totals."""
        return json.loads(self.run("shapes", self.write(experiment), "--json"), parse_constant=reject)

    def test_images(self, count, side):
        """The first test images as vgglab resizes them, [N, 1, side, side]."""
        path = self.folder / "batch.f32"
        self.run("data", "--dump-batch", count, "--resize", side, "--out", path)
        return torch.from_numpy(np.fromfile(path, "<f4").reshape(count, 1, side, side).copy())


def reject(word):
    """JSON cannot express NaN and infinity."""
    raise Failure(f"{word} is not JSON")
