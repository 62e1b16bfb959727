"""`ge-tui export` on a real run: what is written, what is proven, and what cannot be done."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ge_tui.evaluation.data import DataSet, prepare
from ge_tui.export import forms
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from tests.export.conftest import Call

FILES = {"model.py", "weights.safetensors", "sample.safetensors", "genome.json", "lineage.diff", "README.md"}
TORCH_NEEDS = ("torch", "torchgen", "functorch", "typing_extensions.py", "filelock", "sympy", "mpmath", "networkx",
               "jinja2", "markupsafe", "fsspec")  # fmt: skip


@pytest.fixture(scope="session")
def only_torch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with torch and what torch itself needs, and nothing else."""
    folder = tmp_path_factory.mktemp("only-torch")
    for name in TORCH_NEEDS:
        found = importlib.util.find_spec(name.removesuffix(".py"))
        if found is not None and found.origin:
            origin = Path(found.origin)
            (folder / name).symlink_to(origin if name.endswith(".py") else origin.parent)
    return folder


def run_model(folder: Path, packages: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = (
        "import runpy, sys; sys.path.append(sys.argv.pop(1)); del sys.argv[0]\n"
        "for name in ('numpy', 'PIL', 'ge_tui'):\n"
        "    try: __import__(name)\n"
        "    except ImportError: continue\n"
        "    sys.exit(f'{name} can be imported')\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    command = [sys.executable, "-I", "-S", "-c", script, packages, folder / "model.py", *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)


def digits() -> DataSet:
    return prepare("digits")


def events(run: RunDirectory, kind: str) -> list[dict[str, Any]]:
    with RunReader(run.database) as reader:
        return [{"individual": e.individual, **e.payload} for e in reader.events() if e.kind == kind]


def child_of(run: RunDirectory) -> int:
    """The newest that was evaluated; the best of so short a run may be the seed."""
    with RunReader(run.database) as reader:
        return max(row.number for row in reader.individuals("status = 'evaluated'"))


def change(run: RunDirectory, statement: str) -> None:
    with closing(sqlite3.connect(run.database)) as connection, connection:
        connection.execute(statement)


def test_a_child_stands_alone_and_does_as_recorded(
    run: RunDirectory, export: Call, only_torch: Path, tmp_path: Path
) -> None:
    target = tmp_path / "best"
    number = child_of(run)
    said = export(str(number), f"--to={target}")
    assert said.code == 0, said.err
    (told,) = said.exported
    assert {file.name for file in target.iterdir()} == FILES
    genome = json.loads((target / "genome.json").read_text())
    assert told["accuracy"] == told["recorded"] == genome["lineage"][-1]["evaluations"][-1]["metrics"]["accuracy"]
    assert (genome["lineage"][0]["number"], genome["lineage"][-1]["number"]) == (0, number)
    assert str(run.path.parent.parent) not in json.dumps(genome)
    assert [event["individual"] for event in events(run, "exported")] == [told["individual"]]
    assert events(run, "test_opened") == []
    assert not (run.path / "exports").exists()

    card = (target / "README.md").read_text()
    assert card.startswith("---\nlicense: other\n")
    assert "**Not verified.**" in card
    patched = tmp_path / "seed"
    patched.mkdir()
    with RunReader(run.database) as reader:
        (patched / "network.py").write_text(reader.source(0) or "")
        if shutil.which("patch"):
            subprocess.run(["patch", "-p1", "-s", "-i", target / "lineage.diff"], cwd=patched, check=True)
            assert (patched / "network.py").read_text() == reader.source(told["individual"])

    data = digits()
    images, labels = np.load(data.files().val_images)[::4], data.val_labels()[::4]
    pictures = []
    for number, image in enumerate(images):
        pictures.append(tmp_path / f"{number}.png")
        Image.fromarray(image.transpose(1, 2, 0)).save(pictures[-1], optimize=number % 2 == 0)
    done = run_model(target, only_torch, "--check", "--json", "--weights", target / "weights.safetensors", *pictures)
    assert done.returncode == 0, done.stderr
    checked, *answers = done.stdout.splitlines()
    assert "16 images" in checked
    right = [json.loads(line)["class"] == data.class_names[label] for line, label in zip(answers, labels, strict=True)]
    assert np.mean(right) == pytest.approx(told["recorded"], abs=0.05)

    weights = target / "weights.safetensors"
    whole = weights.read_bytes()
    for damaged, words in ((whole[:-8] + b"damaged!", "not the one that was exported"), (whole[:50], "damaged")):
        weights.write_bytes(damaged)
        flags = ["--check"] if damaged[50:] else [str(pictures[0])]
        done = run_model(target, only_torch, *flags)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_verified_ablated_and_on_the_runs_record(run: RunDirectory, export: Call, tmp_path: Path) -> None:
    said = export("front", f"--to={tmp_path / 'front'}", "--verify", "--ablate", "--seeds=2")
    found = said.exported
    assert said.code == (0 if all(one["verified"] for one in found) else 1), said.err
    (opened,) = events(run, "test_opened")
    whole = [one for one in found if not one["folder"].endswith("minimal")]
    assert opened["individuals"] == sorted({0, *(one["individual"] for one in whole)})
    assert opened["seeds"] == [2, 3]
    for one in found:
        genome = json.loads((Path(one["folder"]) / "genome.json").read_text())
        proof = genome["verification"]
        accuracies = [proof[who]["test_accuracy"]["values"] for who in ("winner", "seed")]
        gaps = np.subtract(*accuracies)
        assert proof["difference"]["mean"] == pytest.approx(gaps.mean())
        assert proof["difference"]["low"] <= gaps.mean() <= proof["difference"]["high"]
        assert proof["plan"]["rung"] == genome["weights"]["plan"]["rung"] == "full"
        card = (Path(one["folder"]) / "README.md").read_text()
        assert ("**Verified" in card) == one["verified"]
        assert ("**Not verified" in card) != one["verified"]
        if one in whole:
            changes = [step["number"] for step in genome["lineage"][1:]]
            assert [row["child"] for row in genome["ablation"]["contributions"]] == changes
            minimal = Path(one["folder"]) / "minimal"
            assert minimal.is_dir() == bool(one["without"])


def test_what_cannot_be_exported_is_told_before_any_work(
    run: RunDirectory, export: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"--to={tmp_path / 'x'}"
    assert (export().code, export("7000", target).code, export("bets", target).code) == (2, 1, 2)
    assert "did you mean 'best'" in export("bets", target).err
    assert "at least 2" in export(target, "--verify", "--seeds=1").err
    monkeypatch.setattr(forms.importlib.util, "find_spec", lambda name: None)
    missing = export(target, "--onnx")
    assert missing.code == 3
    assert "ge-tui[onnx]" in missing.err
    with run.locked():
        going = export(target, "--verify")
        assert going.code == 1
        assert "still goes on" in going.err
    assert events(run, "test_opened") == []
    change(run, "UPDATE evaluation SET status = 'failed' WHERE individual = 1")
    change(run, "UPDATE individual SET status = 'failed', outcome = 'diverged' WHERE number = 1")
    failed = export("1", target)
    assert failed.code == 1
    assert "no finished training (failed: diverged)" in failed.err
    change(run, "UPDATE run SET data = json_set(data, '$.name', 'folder:/nowhere/at/all')")
    gone = export(target)
    assert gone.code == 3
    assert "not there any more" in gone.err
    change(run, "UPDATE run SET data = json_set(data, '$.name', 'cifar10')")
    assert "ge-tui data cifar10" in export(target).err
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_ctrl_c_leaves_no_folder_and_the_same_command_goes_on(run: RunDirectory, export: Call, tmp_path: Path) -> None:
    target = tmp_path / "out" / "best"
    arguments = [str(child_of(run)), f"--to={target}", "--verify", "--seeds=2"]
    command = [sys.executable, "-m", "ge_tui", "export", run.name, *arguments, f"--runs={run.path.parent}", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line).get("words", "").startswith("trained"):
                process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert "goes on from there" in process.stderr.read()
    assert not target.exists()
    kept = len(list((run.path / "exports").glob("*.json")))
    assert kept >= 1
    said = export(*arguments)
    assert target.is_dir()
    assert [event["times_before"] for event in events(run, "test_opened")] == [0]
    trained = [event for event in said.events if event.get("words", "").startswith("trained")]
    assert len(trained) == 5 - kept


@pytest.mark.slow
def test_a_full_disk_is_one_message(export: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ge_tui.export.folder.os.fsync", full)
    said = export(f"--to={tmp_path / 'out' / 'best'}")
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert "No space left on device" in said.err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_other_forms_answer_as_the_network_does(export: Call, tmp_path: Path) -> None:
    wanted = ["--pt2"]
    if all(importlib.util.find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime")):
        wanted.append("--onnx")
    said = export(f"--to={tmp_path / 'best'}", *wanted)
    assert said.code == 0, said.out + said.err
    assert set(said.exported[0]["forms"].values()) == {"ok"}
    names = {file.name for file in (tmp_path / "best").iterdir()}
    assert names == FILES | {f"model.{flag.removeprefix('--')}" for flag in wanted}
    shutil.rmtree(tmp_path / "best")
