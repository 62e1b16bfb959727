"""An error of the program's own: a report without secrets, a few lines for people, no traceback unless wanted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.crash import note_for_people, reports, without_secrets, write_report


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("GE_TUI_DEBUG", raising=False)
    return tmp_path


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(options: object) -> int:
        raise ZeroDivisionError("Authorization: Bearer abc.def of https://me:pw@host/x")

    monkeypatch.setattr("ge_tui.cli.tasks.tasks", bug)
    monkeypatch.setattr("ge_tui.cli.run.run", bug)


def test_a_command_that_breaks_says_so_in_three_lines(broken: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tasks"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    assert all(line.startswith("ge-tui: ") for line in said)
    assert "ZeroDivisionError" in said[0]
    (report,) = reports().iterdir()
    assert str(report) in said[1]
    text = report.read_text()
    assert "ge-tui tasks" in text
    assert "test_crash.py" in text
    for secret in ("abc.def", "me:pw"):
        assert secret not in text
        assert secret not in said[0]


def test_an_engine_that_breaks_can_be_resumed_and_its_last_line_says_so(
    broken: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--resume", "x", "--json"]) == 4
    assert "--resume NAME" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("how", ["option", "environment"])
def test_who_wants_a_traceback_gets_it(broken: None, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setenv("GE_TUI_DEBUG", "1" if how == "environment" else "0")
    with pytest.raises(ZeroDivisionError):
        main(["tasks"] if how == "environment" else ["--debug", "tasks"])


def test_a_disk_that_refuses_costs_the_report_only(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (state / "ge-tui").write_text("in the way")
    assert write_report(ValueError("x"), "test") is None
    assert "no report" in note_for_people(ValueError("x"), None, "go on")


def test_old_reports_go(state: Path) -> None:
    reports().mkdir(parents=True)
    for number in range(40):
        (reports() / f"20200101-{number:06}-1.txt").write_text("old")
    assert write_report(ValueError("x"), "test")
    assert len(list(reports().iterdir())) <= 20


def test_secrets_and_the_home_folder_are_left_out() -> None:
    text = f"OPENAI_API_KEY='sk-123' password: pw1 {Path.home()}/x Bearer t0ken http://u:p@h:1"
    shown = without_secrets(text)
    for secret in ("sk-123", "pw1", "t0ken", "u:p", *([str(Path.home())] if len(str(Path.home())) > 1 else [])):
        assert secret not in shown
    assert "~/x" in shown
    assert os.sep in shown


def test_of_a_worker_that_failed_the_reason_is_kept() -> None:
    from textual.worker import WorkerFailed

    try:
        {}["missing"]
    except KeyError as error:
        failed = WorkerFailed(error)
    report = write_report(failed, "test")
    assert report is not None
    assert '{}["missing"]' in report.read_text()
    assert "KeyError: 'missing'" in note_for_people(failed, report, "go on")
