"""Everything a report tells of a run, read from its store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ge_tui.evaluation.outcome import Outcome
from ge_tui.report.story import tell_story
from ge_tui.report.values import Cause, Limit, Report, Tokens
from ge_tui.report.verified import read_verified
from ge_tui.run.comparison import compare
from ge_tui.run.course import SIZE, Reached, course_of
from ge_tui.run.crediting import KINDS
from ge_tui.run.directory import RunDirectory
from ge_tui.run.following import LAUNCH, Account, Followed, Made, follow
from ge_tui.run.model_figures import model_figures
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, Arm, IndividualRow, RunReader, RunRow, Status
from ge_tui.run.store.call_list import CallInShort, calls_by_individual
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.stored_settings import settings_of
from ge_tui.run.summary import Standing, best, standings, status_of
from ge_tui.run.timeline import timeline_of
from ge_tui.run.trials import all_trials, built_in_trials
from ge_tui.search import Credit, Objective, credit


def gather(directory: RunDirectory, reader: RunReader, exports: Sequence[Path] = ()) -> Report:
    """The report of a run as it stands, finished or not.

    Raises UsageError where one of `exports`, folders to look into besides, is no verified export of this run.
    """
    run = reader.run()
    objectives = objectives_from(run.objectives)
    rows, where, pool = reader.individuals(), standings(reader), Pool(reader, objectives)
    measurable = bool(objectives) and all(objective.reference is not None for objective in objectives)
    course = course_of(reader, pool, objectives)
    champion = best(reader)
    calls = calls_by_individual(reader.connection)
    comparison = compare(reader, pool, objectives) if measurable else None
    return Report(
        run=run,
        status=status_of(directory, run.status),
        objectives=objectives,
        rows=tuple(rows),
        standings=where,
        generations=tuple(reader.generations()),
        course=tuple(course),
        best=champion,
        best_small=_best_small(where, rows, objectives),
        story=tell_story(reader, champion, where, _gains(course)),
        credit=_credit(reader, pool, objectives) if measurable else {},
        models=model_figures(calls),
        tokens=_tokens(calls),
        causes=tuple(_causes(rows)),
        changes=tuple(_changes(reader, rows, where, objectives)),
        timeline=timeline_of(reader),
        limits=tuple(_limits(run, reader, course)),
        verdict=comparison.verdict() if comparison else "",
        trainings=reader.count_evaluations(),
        verified=read_verified(directory, reader, run, exports),
    )


def _gains(course: Sequence[Reached]) -> dict[int, float]:
    """What each individual added to the hypervolume when it came."""
    found, before = dict[int, float](), 0.0
    for reached in course:
        found[reached.individual] = reached.hypervolume - before
        before = reached.hypervolume
    return found


def _best_small(
    where: Mapping[int, Standing], rows: Sequence[IndividualRow], objectives: Sequence[Objective]
) -> int | None:
    """The best by the first objective of those no larger than the seed."""
    most = where[SEED].metrics.get(SIZE) if SEED in where else None
    first = objectives[0]
    able = [
        (first.sign * value, -row.number)
        for row in rows
        if row.status is Status.EVALUATED
        and where[row.number].rank is not None
        and most is not None
        and where[row.number].metrics.get(SIZE, math.inf) <= most
        and (value := where[row.number].metrics.get(first.name)) is not None
        and math.isfinite(value)
    ]
    return -max(able)[1] if able else None


def _credit(reader: RunReader, pool: Pool, objectives: Sequence[Objective]) -> dict[str, Mapping[str, Credit]]:
    """Of the language model's children by each kind of choice; of the built-in operators' by what they changed."""
    past = all_trials(reader, pool, objectives)
    earned: dict[str, Mapping[str, Credit]] = {kind.name: credit(past, kind.name) for kind in KINDS}
    built_in = built_in_trials(reader, pool, objectives)
    earned["built-in operator"] = credit(built_in, "operator")
    earned["built-in change"] = credit(built_in, "change")
    return {kind: arms for kind, arms in earned.items() if arms}


def _tokens(calls: Sequence[CallInShort]) -> dict[str, Tokens]:
    by_model: dict[str, list[CallInShort]] = {}
    for call in calls:
        by_model.setdefault(call.model, []).append(call)
    return {
        model: Tokens(
            len(own),
            sum(call.prompt_tokens for call in own),
            sum(call.completion_tokens for call in own),
            sum(call.total_s for call in own),
        )
        for model, own in by_model.items()
    }


def _causes(rows: Sequence[IndividualRow]) -> list[Cause]:
    """Why children came to nothing, the commonest first; duplicates are no failures but counted."""
    found: dict[str, list[IndividualRow]] = {}
    for row in rows:
        if row.status is Status.FAILED:
            early = row.outcome is Outcome.PRUNED
            found.setdefault("ended early" if early else str(row.outcome or "failed"), []).append(row)
        elif row.status is Status.REJECTED:
            found.setdefault("no usable answer", []).append(row)
        elif row.status is Status.DUPLICATE:
            found.setdefault("duplicate", []).append(row)
    causes = [
        Cause(name, len(own), own[-1].number, own[-1].reason or _original(own[-1])) for name, own in found.items()
    ]
    return sorted(causes, key=lambda cause: -cause.count)


def _original(row: IndividualRow) -> str:
    return "" if row.duplicate_of is None else f"the same as #{row.duplicate_of}"


@dataclass(frozen=True, slots=True)
class _Measured:
    """An individual as the account of changes asks for it."""

    number: int
    parents: tuple[int, ...]
    status: Status
    metrics: Mapping[str, float]


def _changes(
    reader: RunReader,
    rows: Sequence[IndividualRow],
    where: Mapping[int, Standing],
    objectives: Sequence[Objective],
) -> list[Followed]:
    """The changes of controls while the run ran, and what followed each."""
    individuals = {
        row.number: _Measured(row.number, row.parents, row.status, where[row.number].metrics) for row in rows
    }
    made = [Made(row.number, row.control_seq, row.arm is Arm.EVOLUTION) for row in rows]
    followed = follow(reader.controls(), reader.generations(), Account(individuals, made, objectives))
    return [one for one in followed if one.row.actor != LAUNCH]


def _limits(run: RunRow, reader: RunReader, course: Sequence[Reached]) -> list[Limit]:
    settings = settings_of(run)
    budget = settings.budget
    closed = sum(row.closed_at is not None for row in reader.generations())
    return [
        Limit("trainings", reader.count_evaluations(), budget.evaluations),
        Limit("hours of work", run.seconds / 3600, budget.hours),
        Limit("tokens", reader.count_tokens(), budget.tokens),
        Limit("generations after the first", max(0, closed - 1), settings.search.generations),
        Limit("hours of training, over all slots", (course[-1].seconds if course else 0.0) / 3600, 0),
    ]
