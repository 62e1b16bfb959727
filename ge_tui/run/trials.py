"""The trials of a run as credit counts them: one for each attempt at a child that a language model was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from ge_tui.run.memory import improved
from ge_tui.run.pool import Pool
from ge_tui.run.store import Arm, IndividualRow, Status
from ge_tui.run.store.call_list import CallInShort, calls_by_individual
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.records import FINAL
from ge_tui.search import Growth, Objective, Trial, temperature_band

KEPT = 1000
"""Shares are made from the trials of the newest so many individuals: by auto mode's discount, all older ones
together weigh less than a hundredth of one trial."""


class TrialLog:
    """The newest trials of a run that is under way; what was read once is not read again."""

    def __init__(self, queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> None:
        self._queries = queries
        self._pool = pool
        self._objectives = objectives
        self._newest = -1
        self._trials: list[Trial] = []

    def before(self, generation: int) -> list[Trial]:
        """The trials of the generations before one; all of them have ended."""
        numbers = self._queries.count_before(generation)
        oldest = max(0, numbers - KEPT)
        after = max(self._newest, oldest - 1)
        rows = self._queries.individuals("number > ? AND generation < ?", (after, generation))
        self._trials = [trial for trial in self._trials if trial.number >= oldest]
        self._trials += _trials(self._queries, self._pool, self._objectives, rows, after)
        self._newest = max(self._newest, numbers - 1)
        return self._trials


def all_trials(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> list[Trial]:
    """Every trial of a run whose end is known, with what it gained and what it cost."""
    rows = queries.individuals()
    gains = _gains(pool, rows, objectives)
    training = _training_seconds(queries)
    source = {row.number: row.arguments.get("attempt") for row in rows}
    return [
        replace(trial, gain=gains.get(trial.number, 0.0), seconds=trial.seconds + training.get(trial.number, 0.0))
        if attempt == source[trial.number]
        else trial
        for attempt, trial in _numbered(queries, pool, objectives, rows, -1)
    ]


def _trials(
    queries: Queries, pool: Pool, objectives: Sequence[Objective], rows: Sequence[IndividualRow], after: int
) -> list[Trial]:
    return [trial for _, trial in _numbered(queries, pool, objectives, rows, after)]


def _numbered(
    queries: Queries, pool: Pool, objectives: Sequence[Objective], rows: Sequence[IndividualRow], after: int
) -> list[tuple[int, Trial]]:
    """The trials of some individuals, all of a number above `after`, each with its attempt.

    An attempt that was refused or brought what is known already counts as tried, under what was drawn for it;
    so does each call of a slot of which nothing came. The baseline teaches nothing.
    """
    ended = {row.number: row for row in rows if row.status in FINAL and row.arm is Arm.EVOLUTION}
    found = []
    calls = (call for call in calls_by_individual(queries.connection, after) if call.individual in ended)
    for (number, attempt), group in groupby(calls, key=lambda call: (call.individual, call.attempt)):
        row = ended[number]
        succeeded = row.status is Status.EVALUATED and row.arguments.get("attempt") == attempt
        better = succeeded and _improved(queries, pool, row, objectives)
        found.append((attempt, _trial(number, list(group), valid=succeeded, improved=better)))
    return found


def _trial(number: int, calls: Sequence[CallInShort], *, valid: bool, improved: bool) -> Trial:
    """One trial, under the draws of its last call; its operators are those that were really carried out."""
    last = calls[-1]
    arms = {
        "persona": last.persona,
        "category": last.category,
        "operator": "+".join(call.operator for call in calls),
        "model": last.model,
        "temperature": temperature_band(last.temperature or 0.0),
    }
    tokens = sum(call.prompt_tokens + call.completion_tokens for call in calls)
    seconds = sum(call.total_s for call in calls)
    return Trial(number, arms, valid=valid, improved=improved, gain=0.0, tokens=tokens, seconds=seconds)


def _improved(queries: Queries, pool: Pool, row: IndividualRow, objectives: Sequence[Objective]) -> bool:
    """Whether a measured child is not dominated by its parent; one that was repaired, by whom that came from."""
    child, parent = pool.candidate(row.number), None
    above: IndividualRow | None = row
    while parent is None and above is not None and above.parents:
        parent = pool.candidate(above.parents[0])
        above = queries.individual(above.parents[0]) if parent is None else None
    return improved(child, parent, objectives)


def _gains(pool: Pool, rows: Sequence[IndividualRow], objectives: Sequence[Objective]) -> Mapping[int, float]:
    """The hypervolume that each individual of evolution added, in the order of their numbers."""
    growth = Growth(objectives)
    gains: dict[int, float] = {}
    for row in rows:
        candidate = pool.candidate(row.number) if row.arm is Arm.EVOLUTION else None
        gain = growth.add(candidate) if candidate is not None else None
        if gain is not None:
            gains[row.number] = gain
    return gains


def built_in_trials(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> list[Trial]:
    """The children that the built-in operators made, each as one trial of the kinds of change that made it."""
    rows = queries.individuals()
    gains = _gains(pool, rows, objectives)
    training = _training_seconds(queries)
    found = []
    for row in rows:
        if row.proposer != "offline" or row.status not in FINAL or row.arm is not Arm.EVOLUTION:
            continue
        valid = row.status is Status.EVALUATED
        better = valid and _improved(queries, pool, row, objectives)
        kinds = "+".join(str(step["kind"]) for step in row.arguments.get("steps", []))
        arms = {"operator": row.operator, "change": kinds or "none"}
        seconds = training.get(row.number, 0.0)
        found.append(Trial(row.number, arms, valid, better, gains.get(row.number, 0.0), 0, seconds))
    return found


def _training_seconds(queries: Queries) -> dict[int, float]:
    training: dict[int, float] = {}
    for evaluation in queries.evaluations():
        training[evaluation.individual] = training.get(evaluation.individual, 0.0) + (evaluation.wall_s or 0.0)
    return training
