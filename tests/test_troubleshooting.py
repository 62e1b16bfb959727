"""docs/troubleshooting.md says what doctor says, and names each error that tests/cli/test_first_hour.py makes."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

from ge_tui.cli import machine, own_files
from ge_tui.evaluation import gpu_advice
from ge_tui.evaluation.box.report import Layer

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
NOT_THERE = {"no disk at the start", "no disk in the middle", "torch without cuda beside an nvidia gpu", "no terminal"}


CONSTANTS = {name: value for module in (machine, own_files) for name, value in vars(module).items() if name[0] == "_"}


def findings() -> list[ast.Call]:
    """Every place in doctor's source where something is found."""
    nodes = [node for module in (machine, own_files) for node in ast.walk(ast.parse(inspect.getsource(module)))]
    return [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "Finding"]


def advised(monkeypatch: pytest.MonkeyPatch, driver: Path) -> set[str]:
    """Every advice in doctor's source, those of a layer that is not there, and those about a GPU."""
    found = set(machine._ABSENT.values())
    monkeypatch.setattr(gpu_advice, "_DRIVER", str(driver))
    found.add(gpu_advice.why_no_gpu("2.13.0+cpu", None)[1])
    driver.touch()
    found |= {gpu_advice.why_no_gpu("2.13.0", cuda)[1] for cuda in (None, "13.0")}
    given = [argument for call in findings() for argument in call.args[3:]]
    tree = ast.parse(Path(machine.__file__).read_text(encoding="utf-8"))
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    given += [node.value for node in assignments if re.search(r"\badvice\b", ast.unparse(node.targets[0]))]
    for argument in given:
        for node in ast.walk(argument):
            match node:
                case ast.Constant(value=str(advice)) if " " in advice:
                    found.add(advice)
                case ast.Name(id=name) if isinstance(advice := CONSTANTS.get(name), str):
                    found.add(advice)
    return found


def names() -> set[str]:
    """Every name that doctor gives to what it found."""
    found = set()
    for call in findings():
        match call.args[0]:
            case ast.Constant(value=str(name)):
                found.add(name)
            case ast.JoinedStr(values=[ast.Constant(value="box: "), _]):
                found |= {f"box: {layer}" for layer in Layer}
            case ast.JoinedStr(values=[ast.Constant(value="disk ("), *_]):
                found |= {"disk (runs)", "disk (cache)"}
            case ast.Name(id="name"):  # of a table of own files
                found |= set(re.findall(r'"(own \w+)":', inspect.getsource(own_files)))
            case other:
                raise AssertionError(ast.unparse(other))
    return found


def test_the_page_has_every_finding_of_doctor() -> None:
    rows = [line.split("|")[1] for line in TEXT.split("## What doctor says")[1].splitlines() if "|" in line]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == names()


def test_the_page_has_every_advice_of_doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    every = advised(monkeypatch, tmp_path / "version")
    assert len(every) > 20
    assert [advice for advice in sorted(every) if advice not in TEXT] == []


def test_the_page_names_every_error_of_the_first_hour() -> None:
    tests = (ROOT / "tests" / "cli" / "test_first_hour.py").read_text(encoding="utf-8")
    names = {name.replace("_", " ") for name in re.findall(r"def test_(\w+)\(", tests)}
    rows = {line.split("|")[1].strip().lower() for line in TEXT.splitlines() if line.startswith("| ")}

    assert len(names) > 14
    assert sorted(name for name in names - NOT_THERE if name not in rows) == []
