"""What a shell is told on Tab: the parser's own words, runs, themes, settings; at once, and without heavy imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.made_run import make_run
from ge_tui.cli import main


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder, 2, "evening")
    make_run(folder, 2, "morning")
    return folder


def completions(runs: Path, line: str) -> list[str]:
    environment = {
        **os.environ, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SHELL": "bash", "COMP_LINE": line,
        "COMP_POINT": str(len(line)), "COMP_TYPE": "9", "GE_TUI_RUNS": str(runs),
        "_ARGCOMPLETE_STDOUT_FILENAME": "/dev/stdout",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-P", "-m", "ge_tui"], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"torch", "textual", "pydantic", "numpy"}
    return [word.strip() for word in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ge-tui ste", ["steer"]),
        ("ge-tui attach mo", ["morning"]),
        ("ge-tui run --resume ", ["evening", "morning"]),
        ("ge-tui show evening se", ["seed"]),
        ("ge-tui attach --theme ok", ["okabe"]),
        ("ge-tui run --llm replay:e", ["replay:evening"]),
        ("ge-tui run --gen", ["--generations"]),
        ("ge-tui run --task Exq", ["ExquisiteNetV2"]),
        ("ge-tui completion ", ["bash", "fish", "zsh"]),
        ("ge-tui doctor ", []),
    ],
)
def test_what_may_follow(runs: Path, line: str, words: list[str]) -> None:
    assert sorted(completions(runs, line)) == words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_calls_us(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert "ge-tui" in said
    assert "_ARGCOMPLETE" in said
