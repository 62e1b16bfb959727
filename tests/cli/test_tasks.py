"""`ge-tui tasks`, `ge-tui data` and `ge-tui doctor`."""

from pathlib import Path

import pytest

from ge_tui.cli import machine
from ge_tui.cli.machine import Finding, Grade

from .conftest import Call


def test_tasks(call: Call) -> None:
    [shown] = call("tasks", "--json").json
    assert shown["name"] == "ExquisiteNetV2"
    assert shown["objectives"] == [
        {"name": "accuracy", "direction": "max"},
        {"name": "params", "direction": "min"},
    ]
    assert shown["recipes"] == ["fast", "paper"]
    said = call("tasks")
    assert (said.code, said.out.splitlines()[0].split()[0]) == (0, "ExquisiteNetV2")


def test_a_broken_task_is_named_with_what_is_wrong(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "ge-tui" / "tasks" / "mine"
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text("description = 5\n")
    said = call("tasks", "--json")
    assert said.code == 1
    broken = {row["name"]: row for row in said.json}["mine"]
    assert "task.toml" in broken["problem"]
    assert "mine  BROKEN: " in call("tasks").out
    assert call("run", "--task", "mine").code == 2


def test_data(call: Call) -> None:
    names = [row["name"] for row in call("data", "--json").json]
    assert names[:2] == ["digits", "digits-plain"]
    shown = call("data", "fake", "--json").json
    assert shown["name"] == "fake"
    assert Path(shown["folder"]).is_dir()
    said = call("data", "digts")
    assert (said.code, "did you mean digits?" in said.err) == (2, True)


@pytest.mark.parametrize(("grade", "code"), [(Grade.GOOD, 0), (Grade.WARNING, 0), (Grade.MISSING, 3)])
def test_doctor(call: Call, monkeypatch: pytest.MonkeyPatch, grade: Grade, code: int) -> None:
    finding = Finding("torch", grade, "[bold]2.13[/]", "install it")
    monkeypatch.setattr("ge_tui.cli.doctor.examine", lambda _runs: [finding])
    said = call("doctor", "--json")
    found = {"name": "torch", "grade": grade, "detail": "[bold]2.13[/]", "advice": "install it"}
    assert (said.code, said.json[0], [row["name"] for row in said.json[1:]]) == (code, found, ["own files"])
    said = call("doctor")
    assert said.code == code
    assert "[bold]2.13[/]" in said.out
    assert "-> install it" in said.out


def test_doctor_looks_at_this_machine(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_probe_torch", lambda: {"torch": "2.13", "torchvision": "matching", "devices": []})
    said = call("doctor", "--json")
    assert said.code == 0
    assert {row["grade"] for row in said.json} <= {"good", "warning"}
