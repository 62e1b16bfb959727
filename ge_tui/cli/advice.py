"""Commands that the user is told to give next."""

from __future__ import annotations

import shlex

from ge_tui.paths import default_runs
from ge_tui.run.directory import RunDirectory


def runs_flag(directory: RunDirectory) -> str:
    """What a command needs to find a run by its name; empty where it lies among the others."""
    runs = directory.path.parent
    return "" if runs.resolve() == default_runs().resolve() else f" --runs {shlex.quote(str(runs))}"


def resume_command(directory: RunDirectory) -> str:
    """How to go on with a run."""
    return f"ge-tui run --resume {directory.name}{runs_flag(directory)}"
