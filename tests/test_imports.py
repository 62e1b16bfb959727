"""What may be imported where: rooms see only rooms below them, and no circle hides behind the order of imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ge_tui"
LEVELS = (
    {"genome", "search", "settings"},
    {"evaluation"},
    {"llm"},
    {"run"},
    {"report", "export", "study", "machine"},
    {"tui"},
    {"cli"},
    {"__main__"},
)
"""The rooms, the lowest first; what lies beside them in the package imports none of them."""
LEVEL = {room: height for height, rooms in enumerate(LEVELS, start=1) for room in rooms}
MODULES = sorted(
    ".".join(("ge_tui", *file.relative_to(PACKAGE).with_suffix("").parts))
    for folder in (
        "cli",
        "report",
        "report/compared",
        "export",
        "study",
        "run",
        "run/acts",
        "run/store",
        "run/engine",
        "run/replay",
        "run/residency",
        "llm",
        "search",
        "settings",
        "genome",
    )
    for file in (PACKAGE / folder).glob("*.py")
    if file.name not in ("__init__.py", "standalone.py")
)


def imported(file: Path) -> Iterator[str]:
    """The modules that a file names, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_see(room: str, module: str) -> bool:
    """Whether a file of a room may import a module."""
    other = module.split(".")[1] if module.startswith("ge_tui.") else ""
    return other not in LEVEL or other == room or LEVEL.get(room, 0) > LEVEL[other]


def test_a_room_sees_only_rooms_below_it() -> None:
    wrong = []
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).with_suffix("").parts[0]
        unseen = [module for module in imported(file) if not may_see(room, module)]
        wrong += [f"{file.relative_to(PACKAGE)} imports {module}" for module in unseen]
    assert wrong == []


def test_torch_is_imported_in_the_worker_alone() -> None:
    found = {
        file.relative_to(PACKAGE).parent.as_posix()
        for file in PACKAGE.rglob("*.py")
        if file.name != "standalone.py" and any(module.partition(".")[0] == "torch" for module in imported(file))
    }
    assert found == {"evaluation/worker"}


@pytest.mark.parametrize("start", range(4))
def test_every_module_can_come_first(start: int) -> None:
    """In a process that forgets what was imported before each."""
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [m for m in sys.modules if m.startswith('ge_tui')]: del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *MODULES[start::4]], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
