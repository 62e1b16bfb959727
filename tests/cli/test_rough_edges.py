"""Typos, closed streams, full and refusing disks, Ctrl-C at the wrong moment: one message, whatever the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import Call
from ge_tui.cli.machine import Grade
from ge_tui.cli.own_files import own_files
from ge_tui.errors import ExitCode

GE_TUI = (sys.executable, "-m", "ge_tui")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rnu",), "no command 'rnu'; did you mean run? `ge-tui --help`"),
        (("run", "--popultion", "3"), "no option --popultion; did you mean --population? `ge-tui run --help`"),
        (("tasks", "mine"), "'mine' is one word too many. `ge-tui tasks --help`"),
        (("show",), "required: RUN. `ge-tui show --help`"),
        (("act", "a", "pinn"), "did you mean pin?"),
    ],
)  # fmt: skip
def test_a_typo_is_one_line_that_says_what_was_meant(call: Call, words: tuple[str, ...], said: str) -> None:
    found = call(*words)
    assert (found.code, found.out) == (ExitCode.USAGE, "")
    assert found.err.startswith("ge-tui: ")
    assert found.err.count("\n") == 1
    assert said in found.err


def test_a_settings_file_of_the_users_own_that_is_none(call: Call, tmp_path: Path) -> None:
    (tmp_path / "config" / "ge-tui" / "config.toml").mkdir(parents=True)
    found = call("run", "--data", "fake")
    assert found.code == ExitCode.USAGE
    assert "config.toml: Is a directory" in found.err


def test_doctor_looks_at_the_files_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "config" / "ge-tui"
    assert [finding.grade for finding in own_files()] == [Grade.GOOD]
    wrong = {
        "config.toml": ("populaton = 3", "own settings", "did you mean 'population'?"),
        "keys.toml": ("run.pauze = 'p'", "own keys", "line 1: there is no action 'run.pauze'"),
        "prompts/personas.toml": ("[mine]\ntittle = 'x'", "own prompts", "there is no mine.tittle"),
        "themes/mine.toml": ("x =", "own themes", "mine.toml: Invalid value"),
        "presets/mine.toml": ("x = 1", "own presets", "mine.toml, line 1: no control 'x'"),
        "tasks/mine/task.toml": ("x =", "own tasks", "task.toml"),
    }
    for name, (text, _, _) in wrong.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text)
    found = {finding.name: finding for finding in own_files()}
    assert found.keys() == {kind for _, kind, _ in wrong.values()}
    assert found["own settings"].grade is Grade.MISSING
    advised = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text()
    for _, kind, said in wrong.values():
        assert said in found[kind].detail
        assert str(own) in found[kind].detail
        assert found[kind].advice in advised


def test_a_file_in_the_place_of_the_settings_folder(call: Call, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("in the way")
    found = call("keys", "--write")
    assert found.code == ExitCode.FAILED
    assert "Not a directory; move away what lies in the folder's place" in found.err
    assert found.err.count("\n") == 1


def test_without_any_home_the_variable_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setattr(Path, "home", homeless)
    found = call("keys")
    assert found.code == ExitCode.USAGE
    assert "set HOME" in found.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
@pytest.mark.parametrize("words", [("--version",), ("runs",)])
def test_output_onto_a_full_disk(words: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*GE_TUI, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == ExitCode.NOT_READY
    assert done.stderr == "ge-tui: what was to be written: No space left on device; make room there\n"


@pytest.mark.parametrize("closed", [(0,), (1,), (0, 1, 2)])
def test_closed_streams(closed: tuple[int, ...]) -> None:
    def close() -> None:
        for number in closed:
            os.close(number)

    done = subprocess.run([*GE_TUI, "runs"], capture_output=True, text=True, check=False, preexec_fn=close)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("no runs in" in done.stdout) == (1 not in closed)


def test_a_reader_that_goes_away() -> None:
    with subprocess.Popen([*GE_TUI, "keys"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


def test_ctrl_c_while_pydantic_builds_a_model(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def build() -> None:
        raise ValueError('Error building "enum" validator:\n  KeyboardInterrupt: ')

    monkeypatch.setattr("ge_tui.cli.parser.make_parser", build)
    assert call("runs").code == ExitCode.INTERRUPTED


@pytest.mark.parametrize("moment", ["ge_tui.cli.parser.make_parser", "ge_tui.cli._open_streams"])
def test_ctrl_c_before_a_command_has_begun(call: Call, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)

    monkeypatch.setattr(moment, press)
    found = call("runs")
    assert (found.code, found.err) == (ExitCode.INTERRUPTED, "ge-tui: interrupted\n")
