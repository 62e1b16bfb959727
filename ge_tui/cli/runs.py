"""`ge-tui runs`: what runs there are."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.errors import ExitCode
from ge_tui.run.directory import all_runs
from ge_tui.run.overview import RunOverview, overview
from ge_tui.run.summary import format_metric


def runs(options: argparse.Namespace) -> int:
    """A line for each run."""
    found = [overview(directory) for directory in all_runs(options.runs)]
    if options.json:
        print_json([_as_json(run) for run in found])
    elif not found:
        print(f"no runs in {options.runs}; begin one with: ge-tui run")
    else:
        names = ("run", "status", "task", "data", "generation", "evaluated", "best", "begun")
        print_table(table_of(names, map(_cells, found)))
    return ExitCode.DONE


def _cells(run: RunOverview) -> tuple[str, ...]:
    if run.problem:
        return run.name, "unreadable", run.problem
    begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created_at))
    progress = f"{run.generation} of {run.generations}"
    top = ", ".join(f"{name} {format_metric(name, value)}" for name, value in run.best.items())
    return run.name, run.status, run.task, run.data, progress, str(run.evaluated), top or "-", begun


def _as_json(run: RunOverview) -> dict[str, Any]:
    if run.problem:
        return {"name": run.name, "path": run.path, "problem": run.problem}
    rest = asdict(run)
    del rest["problem"]
    return rest
