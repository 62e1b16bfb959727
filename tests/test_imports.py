"""Every module can be the first that is imported: no circle hides behind the order of imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "ge_tui"
ROOMS = sorted(
    ".".join(("ge_tui", *file.relative_to(PACKAGE).with_suffix("").parts))
    for folder in (
        "cli",
        "report",
        "report/compared",
        "study",
        "run",
        "run/store",
        "run/engine",
        "run/residency",
        "llm",
        "search",
        "settings",
        "genome",
    )
    for file in (PACKAGE / folder).glob("*.py")
    if file.name != "__init__.py"
)


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
        [sys.executable, "-c", script, *ROOMS[start::4]], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
