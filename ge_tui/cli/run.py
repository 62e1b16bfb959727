"""`ge-tui run`: a run without a screen."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import signal
import sys
from collections.abc import Callable

from ge_tui.cli.download import DownloadLine
from ge_tui.cli.live import LiveProgress
from ge_tui.cli.output import print_all_the_same
from ge_tui.cli.progress import PlainProgress, Progress
from ge_tui.errors import ExitCode, NotReadyError, RunError, UsageError, UserError
from ge_tui.paths import default_runs, user_config
from ge_tui.run.directory import RunDirectory, delete_run, find_run
from ge_tui.run.engine import Ending
from ge_tui.run.session import bring_up_to_date, create_run, prepare_run, work
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.values import to_json
from ge_tui.settings import Settings, read_settings

_FLAGS = ("task", "data", "llm", "population", "generations", "seed")


def run(options: argparse.Namespace) -> int:
    """Begin or resume a run and work on it until it ends."""
    if options.resume:
        directory, changes = _to_resume(options), [*options.set, *_from_flags(options)]
    else:
        new = prepare_run(_settings(options), options.runs, DownloadLine(quiet=options.json))
        directory, changes = create_run(new, options.runs, options.name), []
    try:
        ending = _work(directory, changes, as_json=options.json)
    except UserError as error:
        if not options.resume and _is_untouched(directory):  # the same words are to work when it is mended
            delete_run(directory)
            raise type(error)(f"{error}. Nothing was begun, and no run is left") from error
        if isinstance(error, NotReadyError | RunError):
            raise type(error)(f"{error}; then go on with: {_resume_command(directory, options)}") from error
        raise
    if ending is None:
        _say(options, f"\ninterrupted; go on with: {_resume_command(directory, options)}")
        return ExitCode.INTERRUPTED
    if ending.status == "stopped":
        _say(options, f"{ending.reason}; go on with: {_resume_command(directory, options)}")
    else:
        _say(options, f"{ending.reason}. Look at it with: ge-tui show {directory.name}{_runs_flag(options)}")
    return ExitCode.DONE


def _settings(options: argparse.Namespace) -> Settings:
    own = user_config() / "config.toml"
    files = [*([own] if own.exists() else []), *options.config]
    return read_settings(files, [*options.set, *_from_flags(options)])


def _from_flags(options: argparse.Namespace) -> list[str]:
    given = [f"{flag}={getattr(options, flag)}" for flag in _FLAGS if getattr(options, flag) is not None]
    return [*given, *(["evaluation.trust=true"] if options.trust else [])]


def _to_resume(options: argparse.Namespace) -> RunDirectory:
    if options.config or options.name:
        raise UsageError("--resume goes on with a run as it was created; it takes --set, but no --config and no --name")
    directory = find_run(options.runs, options.resume)
    run = bring_up_to_date(directory)
    if run.status == "finished" and not options.set and not _from_flags(options):
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
    interrupted = False

    def interrupt(task: asyncio.Task[object]) -> None:
        """Once: a second Ctrl-C must not cut the cleaning up short."""
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            task.cancel()
        display.note("stopping; what is finished is kept ...")

    async def main() -> Ending | None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, interrupt, task)
        try:
            return await work(directory, on_event=on_event, changes=changes)
        except asyncio.CancelledError:
            return None

    with display:
        try:
            return asyncio.run(main())
        except KeyboardInterrupt:  # before the handlers were in place
            return None


def _display(directory: RunDirectory, *, as_json: bool) -> tuple[Callable[[EventRow], None], Progress]:
    if as_json:
        return _print_json, Progress()
    progress = LiveProgress(directory) if sys.stdout.isatty() else PlainProgress(directory)
    return progress.on_event, progress


def _print_json(event: EventRow) -> None:
    row = {"seq": event.seq, "at": event.at, "event": event.kind, "individual": event.individual}
    print_all_the_same(to_json({**event.payload, **row}))


def _resume_command(directory: RunDirectory, options: argparse.Namespace) -> str:
    return f"ge-tui run --resume {directory.name}{_runs_flag(options)}"


def _runs_flag(options: argparse.Namespace) -> str:
    return "" if options.runs == default_runs() else f" --runs {shlex.quote(str(options.runs))}"


def _say(options: argparse.Namespace, text: str) -> None:
    print_all_the_same(text, sys.stderr if options.json else sys.stdout)
