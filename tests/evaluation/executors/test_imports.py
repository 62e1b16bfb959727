"""What may be imported where."""

from __future__ import annotations

import subprocess
import sys


def test_the_engine_never_imports_torch() -> None:
    script = "import sys, ge_tui.evaluation.executors, ge_tui.evaluation.task; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_modules_import_on_a_mac() -> None:
    """Nothing of Linux alone is touched at import: no sched_getaffinity, no prctl, no pidfd."""
    script = """
import os, sys
import ge_tui.evaluation.executors, ge_tui.evaluation.worker.server
for name in [name for name in sys.modules if name.startswith("ge_tui")]:
    del sys.modules[name]
sys.platform = "darwin"
for name in ("sched_getaffinity", "sched_setaffinity", "pidfd_open"):
    if hasattr(os, name):
        delattr(os, name)
import ge_tui.evaluation.executors as executors
import ge_tui.evaluation.worker.server
assert executors.LocalSettings().fresh
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
