"""docs/troubleshooting.md says what doctor says, and names each error that tests/cli/test_first_hour.py makes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from ge_tui.cli import machine
from ge_tui.evaluation.gpu_advice import why_no_gpu

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
NOT_THERE = {"no disk at the start", "no disk in the middle", "torch without cuda beside an nvidia gpu", "no terminal"}


def advised() -> set[str]:
    """Every advice in doctor's source, and those of a layer that is not there."""
    tree = ast.parse(Path(machine.__file__).read_text(encoding="utf-8"))
    found = set(machine._ABSENT.values()) | {machine._NO_BOX, machine._GPU_BUSY, machine._NO_GPU_IN_THE_BOX}
    found.add(why_no_gpu("2.13.0+cpu", None)[1])
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="Finding"), args=[*_, ast.Constant(value=str(advice))]) if (
                len(node.args) == 4
            ):
                found.add(advice)
            case ast.Assign(targets=[ast.Name(id="advice")], value=ast.Constant(value=str(advice))):
                found.add(advice)
    return found - {""}


def test_the_page_has_every_advice_of_doctor() -> None:
    assert len(advised()) > 12
    assert [advice for advice in sorted(advised()) if advice not in TEXT] == []


def test_the_page_names_every_error_of_the_first_hour() -> None:
    tests = (ROOT / "tests" / "cli" / "test_first_hour.py").read_text(encoding="utf-8")
    names = {name.replace("_", " ") for name in re.findall(r"def test_(\w+)\(", tests)}
    rows = {line.split("|")[1].strip().lower() for line in TEXT.splitlines() if line.startswith("| ")}

    assert len(names) > 14
    assert sorted(name for name in names - NOT_THERE if name not in rows) == []
