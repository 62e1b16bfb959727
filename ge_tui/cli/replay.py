"""`ge-tui replay`: derive a run again from its record."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from ge_tui.cli.output import print_all_the_same
from ge_tui.errors import ExitCode
from ge_tui.evaluation.executors import LocalExecutor
from ge_tui.run.directory import find_run
from ge_tui.run.plans import data_of, plan_of, settings_of
from ge_tui.run.replay import Difference, Replayed
from ge_tui.run.replay import replay as derive
from ge_tui.run.replay.again import TOLERANCES, Again, train_again
from ge_tui.run.session import local_settings
from ge_tui.run.store import RunReader
from ge_tui.run.store.values import to_json


def replay(options: argparse.Namespace) -> int:
    """Say whether a run comes out again; where asked for, train its individuals again too."""
    directory = find_run(options.runs, options.run)
    with RunReader(directory.database) as run:
        found = asyncio.run(derive(run))
        if not options.json:
            _tell(directory.name, found)
        trained = asyncio.run(_train_again(run, options)) if options.re_evaluate else None
    if options.json:
        print_all_the_same(to_json(_as_json(directory.name, found, trained)))
    elif trained is not None:
        _tell_trained(trained)
    agrees = found.difference is None and not any(one.wrong for one in trained or [])
    return ExitCode.DONE if agrees else ExitCode.FAILED


def _tell(name: str, found: Replayed) -> None:
    if found.difference is None:
        print_all_the_same(
            f"{name} agrees with its record: {found.individuals} individuals, {found.evaluations} trainings, "
            f"{found.calls} calls, {found.generations} generations, {found.events:,} events"
        )
        return
    at = f" (at event {found.difference.moment})" if found.difference.moment else ""
    print_all_the_same(f"{name} does not come out again; the first difference{at}:")
    for line in found.difference.lines():
        print_all_the_same(line)


async def _train_again(run: RunReader, options: argparse.Namespace) -> list[Again]:
    row = run.run()
    settings = settings_of(row)
    if options.trust:
        evaluation = settings.evaluation.model_copy(update={"trust": True})
        settings = settings.model_copy(update={"evaluation": evaluation})
    data = data_of(row)
    done = 0

    def on_done(again: Again, of: int) -> None:
        nonlocal done
        done += 1
        if not options.json:
            print_all_the_same(f"{done}/{of} {_line(again)}")

    executor = LocalExecutor(local_settings(settings.evaluation))
    try:
        await executor.start()
        return await train_again(run, plan_of(row, settings, data), executor, on_done)
    finally:
        await executor.close()


def _line(again: Again) -> str:
    head = f"individual {again.individual} at {again.rung}, seed {again.seed}"
    if not again.measured:
        return f"{head}: {again.outcome}: {again.reason}"
    wrong = [f"{name} {again.recorded[name]:g} -> {again.measured.get(name, 0):g}" for name in again.wrong]
    return f"{head}: {', '.join(wrong) or 'the same'}"


def _tell_trained(trained: list[Again]) -> None:
    rules = ", ".join(f"{name} {tolerance}" for name, tolerance in TOLERANCES.items())
    good = sum(not one.wrong for one in trained)
    print_all_the_same(f"{good} of {len(trained)} trainings measured the same ({rules})")


def _as_json(name: str, found: Replayed, trained: list[Again] | None) -> dict[str, Any]:
    return {
        "run": name,
        "agrees": found.difference is None,
        "difference": _difference(found.difference),
        "individuals": found.individuals,
        "evaluations": found.evaluations,
        "calls": found.calls,
        "generations": found.generations,
        "events": found.events,
        **({} if trained is None else {"re_evaluated": [_trained(one) for one in trained]}),
    }


def _difference(difference: Difference | None) -> dict[str, Any] | None:
    if difference is None:
        return None
    values = {"recorded": difference.recorded, "derived": difference.derived}
    return {"where": difference.where, "field": difference.field, **values, "moment": difference.moment}


def _trained(one: Again) -> dict[str, Any]:
    return {
        "individual": one.individual,
        "rung": one.rung,
        "seed": one.seed,
        "outcome": one.outcome,
        "reason": one.reason,
        "recorded": one.recorded,
        "measured": one.measured,
        "differs_in": one.wrong,
    }
