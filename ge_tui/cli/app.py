"""`ge-tui` and `ge-tui attach`: the app."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ge_tui.errors import ExitCode
from ge_tui.run.directory import RunDirectory, all_runs, find_run
from ge_tui.tui.terminal.abilities import ASCII, COLOUR, MOUSE, THEME, check_terminal, settle_colours


def attach(options: argparse.Namespace) -> int:
    """Open the app on a run, or on the list of runs."""
    _look_at_terminal(options)
    directory = find_run(options.runs, options.run) if options.run else _only_running(options.runs)
    return _open(options.runs, directory)


def app(options: argparse.Namespace) -> int:
    """Open the app on the list of runs."""
    _look_at_terminal(options)
    return _open(options.runs, None)


def _look_at_terminal(options: argparse.Namespace) -> None:
    """What is wanted of the terminal goes into the environment, where what is imported later looks for it."""
    check_terminal()
    for name, value in ((ASCII, "1" if options.ascii else None), (MOUSE, "0" if options.no_mouse else None),
                        (COLOUR, options.color), (THEME, options.theme)):  # fmt: skip
        if value is not None:
            os.environ[name] = value
    settle_colours()


def _open(runs: Path, directory: RunDirectory | None) -> int:
    """Run the app until the user leaves it; its exit code."""
    from ge_tui.tui.app import GeTui  # noqa: PLC0415  (a third of a second that no message should wait for)

    app = GeTui(runs, directory)
    app.suit_terminal()
    app.run(mouse=app.mouse)
    if app.last_words:
        print(app.last_words, file=sys.stderr)
    return int(app.return_code or ExitCode.DONE)


def _only_running(runs: Path) -> RunDirectory | None:
    """The run that works now, where it is one alone."""
    found = [directory for directory in all_runs(runs) if directory.is_open()]
    return found[0] if len(found) == 1 else None
