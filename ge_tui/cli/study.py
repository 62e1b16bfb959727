"""`ge-tui study`: an ablation, unattended."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout

from ge_tui.cli.compare import compared, print_comparison, write_comparison
from ge_tui.cli.interrupts import run_until_interrupted
from ge_tui.cli.output import print_all_the_same, print_json, print_table, table_of
from ge_tui.errors import ExitCode, UsageError, UserError
from ge_tui.printable import printable
from ge_tui.run.directory import find_run, refuse_network_file_system
from ge_tui.run.summary import format_metric
from ge_tui.study.file import Study, read_study
from ge_tui.study.state import RunState, Stage, states_of
from ge_tui.study.work import Say, Trouble, prepare, runs_at_once, slots_of_machine, work_on

EXAMPLES = Path(__file__).resolve().parent.parent / "study" / "examples"


def study(options: argparse.Namespace) -> int:
    """Bring every run of a study to its end, then compare its arms."""
    if options.example is not None:
        print(_example(options.example), end="")
        return ExitCode.DONE
    if options.file is None:
        raise UsageError(f"name the study's file; `ge-tui study --example NAME` prints one: {', '.join(_examples())}")
    found = read_study(options.file, trust=options.trust)
    if options.parallel is not None:
        found = replace(found, parallel=options.parallel)
    if options.status:
        return _status(found, options.runs, as_json=options.json)
    page = options.to or found.page
    lock = _lock(found, options.runs)
    try:
        troubles = _work(found, options.runs, _Speaker(sys.stderr if options.json else sys.stdout))
    finally:
        lock.release()
    if troubles is None:
        print_all_the_same("interrupted; the same command goes on", sys.stderr)
        return ExitCode.INTERRUPTED
    _compare(found, options.runs, page, as_json=options.json)
    for trouble in troubles:
        print_all_the_same(f"not finished: {trouble.run.name}: {printable(trouble.reason)}", sys.stderr)
    if troubles:
        raise _ended(troubles)
    return ExitCode.DONE


class _Speaker:
    """Says what happens, each line with the time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, text: str) -> None:
        print_all_the_same(f"{time.strftime('%H:%M:%S')}  {printable(text)}", self._stream)


def _work(found: Study, runs: Path, say: Say) -> list[Trouble] | None:
    """What was not finished; None when the user interrupted it."""
    pending = prepare(found, runs)
    done = len(found.runs) - len(pending)
    say(f"study {found.name}: {len(found.arms)} arms, {len(found.runs)} runs, {done} finished already")
    if not pending:
        return []

    async def main() -> list[Trouble]:
        return await work_on(pending, runs, runs_at_once(found, await slots_of_machine()), say)

    return run_until_interrupted(main(), lambda: say("stopping; what is finished is kept ..."))


def _compare(found: Study, runs: Path, page: Path, *, as_json: bool) -> None:
    """The comparison of the runs that are finished, where there are two or more."""
    from ge_tui.report.compared.page import as_values  # noqa: PLC0415  (a study without an end needs none of it)

    finished = [state for state in states_of(found, runs) if state.stage is Stage.FINISHED]
    if len(finished) < 2:
        return
    names = {state.run.name: state.run.arm for state in finished}
    comparison = compared([find_run(runs, state.run.name) for state in finished], names)
    if as_json:
        print_json(as_values(comparison))
    else:
        print_comparison(comparison)
    write_comparison(comparison, page, found.title, quiet=as_json)


def _status(found: Study, runs: Path, *, as_json: bool) -> int:
    states = states_of(found, runs)
    if as_json:
        print_json([_as_values(state) for state in states])
        return ExitCode.DONE
    rows = []
    for state in states:
        best = ", ".join(f"{name} {format_metric(name, value)}" for name, value in (state.best or {}).items())
        volume = "-" if state.hypervolume is None else f"{state.hypervolume:.5f}"
        generation = f"{state.generation} of {state.run.settings.search.generations}"
        figures = (str(state.run.seed), generation, str(state.evaluated), best or "-", volume)
        status = f"{state.stage}: {state.reason}" if state.reason else str(state.stage)
        rows.append((state.run.name, state.run.arm, *figures, status))
    right = ("seed", "generation", "trainings", "best", "hypervolume")
    print_table(table_of(("run", "arm", *right, "status"), rows, right))
    counts = {stage: sum(state.stage is stage for state in states) for stage in Stage}
    print(", ".join(f"{count} {stage}" for stage, count in counts.items() if count))
    return ExitCode.DONE


def _as_values(state: RunState) -> dict[str, Any]:
    return {
        "run": state.run.name,
        "arm": state.run.arm,
        "seed": state.run.seed,
        "stage": state.stage,
        "reason": state.reason,
        "generation": state.generation,
        "evaluated": state.evaluated,
        "hypervolume": state.hypervolume,
        "best": state.best,
    }


def _lock(found: Study, runs: Path) -> FileLock:
    """A study is worked on by one process at a time."""
    try:
        runs.mkdir(parents=True, exist_ok=True)
        refuse_network_file_system(runs)
        lock = FileLock(runs / f".study-{found.name}.lock")
        lock.acquire(timeout=0.5)
    except Timeout:
        raise UserError(
            f"study {found.name} is worked on by another process; `ge-tui study {found.file} --status` looks at it"
        ) from None
    except OSError as error:
        raise UsageError(f"no runs can be made in {runs}: {error.strerror or error}") from None
    return lock


def _ended(troubles: Sequence[Trouble]) -> UserError:
    error = UserError(f"{len(troubles)} runs of the study are not finished; the same command tries them again")
    error.exit_code = ExitCode.NOT_READY if any(trouble.ends_study for trouble in troubles) else ExitCode.RESUMABLE
    return error


def _examples() -> list[str]:
    return sorted(file.stem for file in EXAMPLES.glob("*.toml"))


def _example(name: str) -> str:
    if name not in _examples():
        raise UsageError(f"no example '{name}'; there are: {', '.join(_examples())}")
    return (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
