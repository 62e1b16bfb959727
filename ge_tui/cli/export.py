"""`ge-tui export`: a winner as a folder that stands alone."""

from __future__ import annotations

import argparse
import sys
import time

from ge_tui.cli.given import given_settings, refuse_others
from ge_tui.cli.interrupts import run_until_interrupted
from ge_tui.cli.output import print_all_the_same
from ge_tui.cli.pairs import write_pairs
from ge_tui.errors import ExitCode, UsageError
from ge_tui.evaluation.protocol import Form
from ge_tui.export.exporting import Exported, Wanted
from ge_tui.export.exporting import export as do_export
from ge_tui.printable import printable
from ge_tui.run.directory import RunDirectory, find_run
from ge_tui.run.store import RunReader
from ge_tui.run.store.values import to_json
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings import EvaluationSettings, parse_assignment
from ge_tui.settings.load import with_values

_REDRAW_S = 0.2
_OF_THE_RUN = ("recipe", "rung", "first_rung")
"""Of the evaluation's settings those that are the run's, whatever machine it is exported on."""


def export(options: argparse.Namespace) -> int:
    """Write an export; 1 where something that was to be shown does not hold."""
    if options.pairs is not None:
        return write_pairs(options)
    directory = find_run(options.runs, options.run)
    if options.to is None:
        raise UsageError("say where the export is to go: --to DIR; or --pairs FILE.jsonl for pairs of answers")
    forms = tuple(Form(name) for name in dict.fromkeys(options.forms or ()))
    wanted = Wanted(
        options.individual, options.to.expanduser(), forms, options.verify, options.ablate,
        options.seeds, options.force,
    )  # fmt: skip
    lines = _JsonLines() if options.json else _Lines()
    machine = _machine(directory, options)
    try:
        exported = run_until_interrupted(do_export(directory, wanted, machine, lines))
    finally:
        lines.clear()
    if exported is None:
        print_all_the_same("\ninterrupted; no folder was written, and what was trained is kept: "
                           "the same command goes on from there", sys.stderr)  # fmt: skip
        return ExitCode.INTERRUPTED
    lines.finish(exported)
    return ExitCode.DONE if all(one.good for one in exported) else ExitCode.FAILED


def _machine(directory: RunDirectory, options: argparse.Namespace) -> EvaluationSettings:
    """The run's own settings of how to evaluate, and what is given for this machine."""
    with RunReader(directory.database) as reader:
        settings = settings_of(reader.run())
    given = given_settings(options)
    refuse_others(given, "an export", besides=_OF_THE_RUN)
    return with_values(settings, map(parse_assignment, given), "--set").evaluation


class _Lines:
    """A line for what is done, and on a terminal one that changes for what is under way. A Teller."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._drawn = 0.0

    def say(self, words: str) -> None:
        self.clear()
        print_all_the_same(printable(words), sys.stderr)

    def reach(self, done: float, words: str) -> None:
        now = time.monotonic()
        if self._live and now - self._drawn >= _REDRAW_S:
            self._drawn = now
            print(f"\r\x1b[K{done:4.0%} {printable(words)[:100]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._live and self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def finish(self, exported: list[Exported]) -> None:
        for one in exported:
            print_all_the_same(f"{one.label} exported to {one.folder}")


class _JsonLines(_Lines):
    """One JSON object a line, for programs."""

    def say(self, words: str) -> None:
        print_all_the_same(to_json({"event": "said", "words": words}))

    def reach(self, done: float, words: str) -> None:
        now = time.monotonic()
        if now - self._drawn >= _REDRAW_S:
            self._drawn = now
            print_all_the_same(to_json({"event": "progress", "done": round(min(1.0, done), 4), "words": words}))

    def clear(self) -> None:
        pass

    def finish(self, exported: list[Exported]) -> None:
        for one in exported:
            print_all_the_same(to_json({"event": "exported", **one.as_json()}))
