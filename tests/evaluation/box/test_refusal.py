"""Without a box nothing runs, unless the user says in plain words that it may."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ge_tui.evaluation.box.launch import examine_here
from ge_tui.evaluation.box.report import Layer
from ge_tui.paths import shipped_tasks

SEED = shipped_tasks() / "ExquisiteNetV2" / "network.py"
WITHOUT = ["--set", f"evaluation.box.without={','.join(Layer)}"]


def ge_tui(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ge_tui", *arguments]
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "GE_TUI_RUNS": str(tmp_path / "runs")}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=200, env={**ENVIRONMENT, **environment}
    )


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/"}


@pytest.mark.parametrize("command", ["check", "evaluate"])
def test_one_file_is_not_run(tmp_path: Path, command: str) -> None:
    done = ge_tui(tmp_path, command, str(SEED), "--data", "fake:8", *WITHOUT)
    assert (done.returncode, done.stdout) == (3, "")
    for words in (
        "does not give: no network",
        "--i-trust-this-code",
        "connect by TCP: it worked",
        "left out on request",
    ):
        assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_one_file_is_run_for_a_user_who_trusts_it(tmp_path: Path) -> None:
    done = ge_tui(tmp_path, "check", str(SEED), "--data", "fake:8", "--json", "--i-trust-this-code", *WITHOUT)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "ok"


def test_a_run_does_not_start(tmp_path: Path) -> None:
    done = ge_tui(tmp_path, "run", "--data", "fake:8", "--name", "alpha", "--generations", "0", *WITHOUT)
    assert done.returncode == 3
    assert "--i-trust-this-code" in done.stderr
    assert "no run is left" in done.stderr
    assert ge_tui(tmp_path, "show", "alpha").returncode == 2


def test_a_run_records_its_box(tmp_path: Path) -> None:
    arguments = ["--data", "fake:8", "--name", "alpha", "--generations", "0", "--population", "1"]
    arguments += ["--set", "evaluation.rung=look", "--set", "budget.evaluations=1"]
    done = ge_tui(tmp_path, "run", *arguments, "--i-trust-this-code")
    assert done.returncode == 0, done.stderr
    box = json.loads(ge_tui(tmp_path, "show", "alpha", "--json").stdout)["run"]["environment"]["box"]
    report = examine_here()
    assert box == {"layers": report.names, "safe": report.safe}


def test_a_layer_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = ge_tui(tmp_path, "check", str(SEED), "--data", "fake:8", "--set", "evaluation.box.without=gvisor")
    assert done.returncode == 2
    assert "there are: namespaces, bubblewrap" in done.stderr
