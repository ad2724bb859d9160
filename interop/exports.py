"""Checks that other programs read what `vgglab export` writes: pandas, TensorBoard, ONNX, PyTorch."""

import copy
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

import peer
from program import Failure, reject

# Columns of the table, and the keys of the events that they contain; empty cells are None.
STEP = {
    "epoch": "epoch", "step": "step", "elapsed_seconds": "elapsed_seconds", "batch_loss": "loss",
    "train_loss": "mean_loss", "train_accuracy": "mean_accuracy", "test_loss": None, "test_accuracy": None,
    "examples_per_second": "examples_per_second", "step_examples_per_second": None,
    "remaining_seconds": "remaining_seconds", "gradient_norm": "gradient_norm", "dead_share": "dead_share",
    "mean_examples_per_second": "mean_examples_per_second", "learning_rate": "learning_rate",
    "train_seconds": None, "evaluation_seconds": None, "validation_loss": None, "validation_accuracy": None,
}
EPOCH = {
    **STEP, "batch_loss": None, "train_loss": "train_loss", "train_accuracy": "train_accuracy",
    "test_loss": "test_loss", "test_accuracy": "test_accuracy",
    "step_examples_per_second": "step_examples_per_second", "gradient_norm": None, "dead_share": None,
    "mean_examples_per_second": None, "learning_rate": None, "train_seconds": "train_seconds",
    "evaluation_seconds": "evaluation_seconds", "validation_loss": "validation_loss",
    "validation_accuracy": "validation_accuracy",
}
# Tags of the scalars, the events that they come from, and their keys.
TAGS = {
    "loss/train": ("progress", "loss"),
    "throughput/examples_per_second": ("progress", "examples_per_second"),
    "gradient_norm": ("progress", "gradient_norm"),
    "dead_share": ("progress", "dead_share"),
    "accuracy/train": ("epoch_finished", "train_accuracy"),
    "loss/test": ("epoch_finished", "test_loss"),
    "accuracy/test": ("epoch_finished", "test_accuracy"),
}


def check_exports(checks, program, recipe):
    """Stores a short run and exports it in every format."""
    run, events, live = program.keep(recipe)
    checks.run("CSV", check_csv, program.export(run, "csv"), events)
    checks.run("JSON", check_json, program.export(run, "json"), events)
    checks.run("JSON Lines", check_json_lines, program.export(run, "jsonl"), events)
    checks.run("TensorBoard", check_tensorboard, program.export(run, "tensorboard"), events, "exported")
    checks.run("TensorBoard", check_tensorboard, live, events, "live")
    weights = program.export(run, "safetensors", "--at", "last")
    images = program.test_images(64, recipe["data"]["resize"])
    checks.run("ONNX", check_onnx, program.export(run, "onnx", "--at", "last"), weights, recipe, images)
    checks.run("docs/weights.md", check_page, program, weights, recipe)


def of_kind(events, kind):
    """The events of one kind."""
    return [event for event in events if event["event"] == kind]


def check_csv(checks, path, events):
    """pandas reads a row for each step and epoch, with numbers as numbers and missing values as missing."""
    table = pandas.read_csv(path)
    wrong, count = [], 0
    for kind, name, columns in (("step", "progress", STEP), ("epoch", "epoch_finished", EPOCH)):
        rows, expected = table[table["kind"] == kind], of_kind(events, name)
        if len(rows) != len(expected):
            raise Failure(f"{len(rows)} rows of kind {kind}, {len(expected)} events")
        for column, key in columns.items():
            for cell, event in zip(rows[column], expected):
                value = None if key is None else event[key]
                count += 1
                if not (pandas.isna(cell) if value is None else math.isclose(cell, value, rel_tol=1e-12)):
                    wrong.append(f"{kind} {column} {cell!r} and not {value!r}")
    numbers = all(pandas.api.types.is_numeric_dtype(table[column]) for column in STEP)
    checks.judge(
        "pandas reads the CSV", numbers and not wrong and count > 0,
        "; ".join(wrong[:3]) or f"{len(table)} rows, {count} cells equal{'' if numbers else ', but some are text'}")


def check_json(checks, path, events):
    """The file is one object with the experiment, every step and epoch, and the end."""
    run = json.loads(path.read_text(encoding="utf-8"), parse_constant=reject)
    head = ("event", "run", "sequence")
    said = {name: [{key: event[key] for key in event if key not in head} for event in of_kind(events, name)]
            for name in ("progress", "epoch_finished", "warning", "run_finished")}
    good = (
        run["run"] == events[0]["run"] and run["experiment"] == events[0]["experiment"]
        and run["facts"]["parameters"] == events[0]["parameters"] and run["steps"] == said["progress"]
        and run["epochs"] == said["epoch_finished"] and run["warnings"] == said["warning"]
        and [run["outcome"]] == said["run_finished"])
    checks.judge("Python reads the JSON", good, f"{len(run['steps'])} steps, {len(run['epochs'])} epochs")


def check_json_lines(checks, path, events):
    """The lines are those that the run has logged, except the progress of evaluations, which is not stored."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said = [json.loads(line, parse_constant=reject) for line in lines]
    events = [event for event in events if event["event"] != "evaluating"]
    checks.judge("the JSON Lines are the run's log", said == events, f"{len(said)} lines, {len(events)} logged")


def check_tensorboard(checks, folder, events, name):
    """TensorBoard's reader finds every scalar at its step."""
    found = {}
    for path in folder.rglob("events.out.tfevents.*"):
        accumulator = EventAccumulator(str(path), size_guidance={SCALARS: 0}).Reload()
        for tag in accumulator.Tags()[SCALARS]:
            found.setdefault(tag, []).extend((scalar.step, scalar.value) for scalar in accumulator.Scalars(tag))
    rate = events[0]["experiment"]["training"]["lr"]
    expected = {
        tag: [(event["step"], event[key]) for event in of_kind(events, kind)] for tag, (kind, key) in TAGS.items()}
    expected["learning_rate"] = [(event["step"], rate) for event in of_kind(events, "progress")]
    for event in of_kind(events, "progress"):
        for layer in event.get("layers", []):
            for key in ("dead_share", "update_ratio"):
                if layer[key] is not None:
                    expected.setdefault(f"{key}/{layer['layer']}", []).append((event["step"], layer[key]))
    wrong = sorted(set(found) ^ set(expected))
    for tag in set(found) & set(expected):
        same = len(found[tag]) == len(expected[tag]) and all(
            step == wanted and math.isclose(value, number, rel_tol=1e-6)
            for (step, value), (wanted, number) in zip(found[tag], expected[tag]))
        wrong += [] if same else [tag]
    checks.judge(
        f"TensorBoard reads the {name} events", not wrong and len(found) > 0,
        "other scalars: " + ", ".join(wrong) if wrong else
        f"{sum(map(len, found.values()))} scalars of {len(found)} tags equal")


def check_onnx(checks, path, weights, recipe, images):
    """ONNX's checker accepts the model; ONNX Runtime and PyTorch predict the same from it and from the weights."""
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        outputs = [session.run(None, {"input": images[:count].numpy()})[0] for count in (1, len(images))]
    except Exception as error:  # each library has its own
        raise Failure(f"{type(error).__name__}: {error}") from error
    net = peer.network(recipe, load_file(weights)).eval()
    with torch.no_grad():
        logits = net(images).numpy()
    worst = max(np.abs(output - logits[:len(output)]).max().item() for output in outputs)
    checks.judge(
        "ONNX Runtime predicts as PyTorch", worst <= 1e-4 and [len(output) for output in outputs] == [1, len(images)],
        f"logits of {len(images)} images up to {np.abs(logits).max():.2f}, largest difference {worst:.1e}")
    about = {entry.key: entry.value for entry in model.metadata_props}
    with safe_open(weights, "pt") as file:
        same = about == {key: value for key, value in file.metadata().items() if key != "format"}
    wanted = {"experiment": recipe["name"], "classes": "10", "side": str(recipe["data"]["resize"]), "channels": "1"}
    described = [value.doc_string for value in (*model.graph.input, *model.graph.output)]
    checks.judge(
        "the ONNX model says what it is, as the safetensors file does",
        same and wanted.items() <= about.items() and described == [about["input"], about["output"]]
        and json.loads(about["class_names"])[9] == "Ankle boot" and model.producer_name == "vgglab",
        f"{model.producer_name}, IR {model.ir_version}, opset {model.opset_import[0].version}, {about}")


def check_page(checks, program, weights, recipe):
    """The examples in docs/weights.md, run unchanged, print the accuracy of `vgglab evaluate`."""
    recipe = copy.deepcopy(recipe)
    del recipe["data"]["limit_test"]
    wanted = program.evaluate(weights, recipe)["accuracy"]
    shutil.copy(weights, program.folder / "net.safetensors")
    shutil.copy(program.folder / "run.onnx", program.folder / "net.onnx")
    page = (Path(__file__).parent.parent / "docs" / "weights.md").read_text(encoding="utf-8")
    prepare, *examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    said = []
    for example in examples:
        done = subprocess.run(
            [sys.executable, "-c", prepare + example], cwd=program.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(done.stderr.strip().splitlines()[-1])
        said.append(done.stdout.split(maxsplit=1)[0])
    good = len(said) == 2 and all(abs(float(accuracy) - wanted) <= 2e-4 for accuracy in said)
    checks.judge("the examples in docs/weights.md evaluate as vgglab does", good, f"{said}, and {wanted} here")
