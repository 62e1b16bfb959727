"""`ge-tui run`: a run without a screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from ge_tui.cli.advice import resume_command, runs_flag
from ge_tui.cli.download import DownloadLine
from ge_tui.cli.given import given_settings
from ge_tui.cli.interrupts import run_until_interrupted
from ge_tui.cli.live import LiveProgress
from ge_tui.cli.output import print_all_the_same
from ge_tui.cli.progress import PlainProgress, Progress
from ge_tui.errors import ExitCode, NotReadyError, RunError, UsageError, UserError
from ge_tui.run.directory import RunDirectory, delete_run, find_run
from ge_tui.run.engine import Ending
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import bring_up_to_date, work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.values import to_json
from ge_tui.settings import Settings, read_settings
from ge_tui.settings.load import own_files

_FLAGS = ("task", "data", "llm", "population", "generations", "seed")


def run(options: argparse.Namespace) -> int:
    """Begin or resume a run and work on it until it ends."""
    if options.resume:
        directory, changes = _to_resume(options), given_settings(options, _FLAGS)
    else:
        new = prepare_run(_settings(options), options.runs, DownloadLine(quiet=options.json))
        directory, changes = create_run(new, options.runs, options.name), []
    go_on = resume_command(directory)
    try:
        ending = _work(directory, changes, as_json=options.json)
    except UserError as error:
        if not options.resume and _is_untouched(directory):  # the same words are to work when it is mended
            delete_run(directory)
            raise type(error)(f"{error}. Nothing was begun, and no run is left") from error
        if isinstance(error, NotReadyError | RunError):
            raise type(error)(f"{error}; then go on with: {go_on}") from error
        raise
    if ending is None:
        _say(options, f"\ninterrupted; go on with: {go_on}")
        return ExitCode.INTERRUPTED
    if ending.status == "stopped":
        _say(options, f"{ending.reason}; go on with: {go_on}")
    else:
        _say(options, f"{ending.reason}. Look at it with: ge-tui show {directory.name}{runs_flag(directory)}")
    return ExitCode.DONE


def _settings(options: argparse.Namespace) -> Settings:
    return read_settings([*own_files(), *options.config], given_settings(options, _FLAGS))


def _to_resume(options: argparse.Namespace) -> RunDirectory:
    if options.config or options.name:
        raise UsageError("--resume goes on with a run as it was created; it takes --set, but no --config and no --name")
    directory = find_run(options.runs, options.resume)
    run = bring_up_to_date(directory)
    if run.status == "finished" and not given_settings(options, _FLAGS):
        raise UsageError(
            f"run {directory.name} is finished: {run.status_reason}. More generations: add --generations N; "
            "a larger budget: --set budget.evaluations=N"
        )
    return directory


def _is_untouched(directory: RunDirectory) -> bool:
    """Whether not even the seed was begun."""
    with RunReader(directory.database) as reader:
        return not reader.individuals()


def _work(directory: RunDirectory, changes: list[str], *, as_json: bool) -> Ending | None:
    """Work on a run; None when the user interrupted it."""
    on_event, display = _display(directory, as_json=as_json)
    with display:
        return run_until_interrupted(
            work(directory, on_event=on_event, changes=changes),
            lambda: display.note("stopping; what is finished is kept ..."),
        )


def _display(directory: RunDirectory, *, as_json: bool) -> tuple[Callable[[EventRow], None], Progress]:
    if as_json:
        return _print_json, Progress()
    progress = LiveProgress(directory) if sys.stdout.isatty() else PlainProgress(directory)
    return progress.on_event, progress


def _print_json(event: EventRow) -> None:
    row = {"seq": event.seq, "at": event.at, "event": event.kind, "individual": event.individual}
    print_all_the_same(to_json({**event.payload, **row}))


def _say(options: argparse.Namespace, text: str) -> None:
    print_all_the_same(text, sys.stderr if options.json else sys.stdout)
