"""Panes know nothing of one another: what two of them need stands in a room that they share."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ge_tui.tui
from ge_tui.tui.panes.entries import PANES

ROOT = Path(ge_tui.tui.__file__).parent
OF_PANES = frozenset(entry.module.split(".")[2] for entry in PANES)
SHARED = ("individuals", "panes", "plot", "processes", "terminal", "text", "watch", "widgets")


def rooms_imported_by(room: str) -> set[str]:
    """Of the screen's own."""
    found: set[str] = set()
    for file in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found |= {name.split(".")[2] for name in names if name.startswith("ge_tui.tui.")}
    return found


def test_every_pane_has_a_room() -> None:
    assert len(OF_PANES) == len(PANES)
    assert all((ROOT / room / "pane.py").is_file() for room in OF_PANES)
    assert rooms_imported_by("population") >= {"individuals", "widgets"}


@pytest.mark.parametrize("room", [*sorted(OF_PANES), *SHARED])
def test_no_room_reaches_into_that_of_a_pane(room: str) -> None:
    assert rooms_imported_by(room) & OF_PANES <= {room}
