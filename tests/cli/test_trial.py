"""`ge-tui check` and `ge-tui evaluate`: one real call each, the rest with what cannot be tried."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ge_tui.paths import shipped_tasks

from .conftest import Call

SEED = shipped_tasks() / "ExquisiteNetV2" / "network.py"


def test_check_prints_what_the_design_promises(call: Call) -> None:
    said = call("check", str(SEED), "--data", "fake", "--json")
    assert (said.code, said.err) == (0, "")
    shown = said.json
    assert shown.keys() >= {"outcome", "reason", "params", "shapes"}
    assert (shown["outcome"], shown["reason"], shown["params"]) == ("ok", "", 518_230)
    assert shown["shapes"][-1]["shape"][-1] == 10
    assert "torch" not in sys.modules


def test_evaluate_prints_what_the_design_promises(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ge_tui", "evaluate", str(SEED), "--data", "fake:8", "--rung", "look", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    assert shown.keys() >= {"outcome", "metrics", "curve", "reason"}
    assert shown["outcome"] == "ok"
    assert shown["metrics"].keys() >= {"accuracy", "loss", "params"}
    assert shown["metrics"]["params"] == 518_230
    assert shown["curve"][-1].keys() == {"step", "epoch", "train_loss", "accuracy", "loss"}
    assert shown["curve"][-1]["step"] == 40


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_a_text_that_is_no_genome_fails_without_a_worker(tmp_path: Path, call: Call, command: str) -> None:
    for text, outcome, words in (
        ("class Net(:\n", "syntax", "line 1"),
        ("x = 1\n", "import", "ExquisiteNetV2"),
        ("", "import", "ExquisiteNetV2"),
    ):
        file = tmp_path / "child.py"
        file.write_text(text)
        said = call(command, str(file), "--data", "fake", "--json")
        assert said.code == 1
        assert said.json["outcome"] == outcome
        assert words in said.json["reason"]
        assert said.json[{"check": "params", "evaluate": "metrics"}[command]] in (None, {})
        said = call(command, str(file), "--data", "fake")
        assert said.code == 1
        assert said.out.startswith(f"{outcome}: ")


@pytest.mark.parametrize("command", ["check", "evaluate"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nowhere.py"], "/nowhere.py cannot be read"),
        (["/"], "/ cannot be read"),
        ([], "required: FILE"),
        ([str(SEED), "--task", "Nope"], "no task 'Nope'"),
        ([str(SEED), "--data", "digts"], "did you mean digits?"),
        ([str(SEED), "--recipe", "fats"], "it has: fast, paper"),
        ([str(SEED), "--rung", "long"], "no rung 'long'"),
        ([str(SEED), "--set", "evaluation.rungs=full"], "did you mean 'evaluation.rung'?"),
        ([str(SEED), "--set", "evaluation.threads=0"], "greater than or equal to 1"),
        ([str(SEED), "--set", "population=5"], "means nothing for one file"),
    ],
)
def test_mistakes(call: Call, command: str, arguments: list[str], words: str) -> None:
    said = call(command, "--data", "fake", *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_file_that_is_no_text(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "child.py"
    file.write_bytes(b"\xff\xfe\x00class")
    said = call("check", str(file))
    assert said.code == 2
    assert f"{file} cannot be read" in said.err


@pytest.mark.slow
def test_a_device_that_is_not_there(call: Call) -> None:
    said = call("check", str(SEED), "--data", "fake", "--set", "evaluation.device=mps")
    assert said.code == 2
    assert "use auto or cpu" in said.err
