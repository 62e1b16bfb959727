"""Working on a study: each run in a process of its own, so many at once, until all have come to their end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ge_tui.errors import ExitCode
from ge_tui.printable import one_line
from ge_tui.run.event_lines import line_of
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.residency.cards import read_cards
from ge_tui.run.store import EventRow
from ge_tui.run.store.values import to_json
from ge_tui.study.file import Study, StudyRun
from ge_tui.study.state import Stage, changes_since, state_of

ENGINE = (sys.executable, "-m", "ge_tui")
"""What is called to work on a run."""
TRIES = 3
"""An engine that dies is begun again so often in all; what it had finished is kept."""
_LOOK_S = 1.0
_LONGEST_LINE = 1 << 26
_TOLD = frozenset({"generation_closed", "all_failed", "recovered", "llm_away", "llm_back", "run_failed"})
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pending:
    """A run that is still to be worked on."""

    run: StudyRun
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run of a study is not finished."""

    run: StudyRun
    reason: str
    ends_study: bool = False
    """The machine lacks something that every run needs."""


def prepare(study: Study, runs: Path) -> list[Pending]:
    """Check all runs before any is begun, and make those that are missing; what is left to be worked on.

    Raises UserError: settings that cannot be, a run that was begun with others, data that is not there.
    """
    prepared = [(run, prepare_run(run.settings, runs)) for run in study.runs]
    left: list[Pending] = []
    missing = []
    for run, new in prepared:
        state = state_of(run, runs)
        if state.stage is Stage.MISSING:
            missing.append((run, new))
            left.append(Pending(run))
            continue
        changes = changes_since(state.directory, json.loads(to_json(new.settings.model_dump(mode="json"))))
        if state.stage is not Stage.FINISHED or changes:
            left.append(Pending(run, tuple(changes)))
    for run, new in missing:
        create_run(new, runs, run.name)
    return left


async def slots_of_machine() -> int:
    """How many trainings the machine can do at once: one a GPU, or one a core without a GPU."""
    cards = [card for card in await read_cards("cuda") if card.trains]
    return len(cards) or os.cpu_count() or 1


def runs_at_once(study: Study, slots: int) -> int:
    """How many runs of a study may go on at once."""
    if study.parallel:
        return study.parallel
    asked = max(run.settings.controls.slots for run in study.runs)
    return max(1, slots // asked) if asked else 1


async def work_on(pending: Sequence[Pending], runs: Path, at_once: int, say: Say) -> list[Trouble]:
    """Work on runs until all have ended, well or not; cancelled, it ends them cleanly first."""
    waiting, troubles = list(pending), list[Trouble]()
    ended = 0

    async def worker() -> None:
        nonlocal ended
        while waiting:
            one = waiting.pop(0)
            trouble = await _finish(one, runs, say)
            ended += 1
            if trouble is not None:
                troubles.append(trouble)
                if trouble.ends_study:
                    waiting.clear()
            say(f"{one.run.name}: {trouble.reason if trouble else 'finished'} ({ended} of {len(pending)})")

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(pending))):
            group.create_task(worker())
    return troubles


async def _finish(one: Pending, runs: Path, say: Say) -> Trouble | None:
    """Work on one run until it is finished."""
    run, reason = one.run, ""
    for attempt in range(TRIES):
        await _wait_until_free(run, runs, say)
        if state_of(run, runs).stage is Stage.FINISHED and not one.changes:
            return None
        say(f"{run.name}: {'begun' if not attempt else f'begun again after: {reason}'}")
        code, reason = await _engine(one, runs, say)
        stage = state_of(run, runs)
        if stage.stage is Stage.FINISHED:
            return None
        if code in (ExitCode.DONE, ExitCode.INTERRUPTED):
            return Trouble(run, f"stopped: {one_line(stage.reason) or 'from outside'}")
        if code in (ExitCode.USAGE, ExitCode.NOT_READY):
            return Trouble(run, reason, ends_study=code == ExitCode.NOT_READY)
    return Trouble(run, f"given up after {TRIES} tries: {reason}")


async def _wait_until_free(run: StudyRun, runs: Path, say: Say) -> None:
    """An engine that outlived the study which began it goes on; its run is left to it."""
    told = False
    while state_of(run, runs).directory.is_open():
        if not told:
            say(f"{run.name}: another process works on it; waiting for that")
            told = True
        await asyncio.sleep(_LOOK_S)


async def _engine(one: Pending, runs: Path, say: Say) -> tuple[int, str]:
    """One engine from its beginning to its end: its exit code, and the last it had to complain of."""
    directory = runs / one.run.name
    command = [*ENGINE, "run", "--resume", one.run.name, "--runs", str(runs), "--json"]
    for change in one.changes:
        command += ["--set", change]
    log = directory / "study.log"
    with log.open("ab") as complaints:
        begun = complaints.tell()
        # A session of its own: Ctrl-C is for the study, which passes it on once.
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        try:
            assert process.stdout is not None
            async for line in process.stdout:
                if words := _told(line):
                    say(f"{one.run.name}: {words}")
            code = await process.wait()
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGINT)
                await asyncio.shield(process.wait())
    return code, _last_line(log, begun) or f"its engine ended with {code}"


def _told(line: bytes) -> str:
    """What of an engine's events is worth a line."""
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    if event.get("event") not in _TOLD:
        return ""
    row = EventRow(event["seq"], event["at"], event["event"], event["individual"], event)
    return line_of(row)


def _last_line(log: Path, begun: int) -> str:
    text = log.read_bytes()[begun:].decode(errors="replace").strip()
    return one_line(text.rpartition("\n")[2].removeprefix("ge-tui: "), 400)
