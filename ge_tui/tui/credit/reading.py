"""Counting a run in one go, in the feed's thread; loaded there too, for it takes a while."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from ge_tui.run.comparison import compare
from ge_tui.run.model_figures import model_figures
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader
from ge_tui.run.store.call_list import calls_by_individual
from ge_tui.run.trials import all_trials
from ge_tui.search import Objective, Trial, credit
from ge_tui.tui.credit.ledger import KIND_NAMES, Ledger, Line, Table


def read_ledger(reader: RunReader, objectives: Sequence[Objective]) -> Ledger:
    """Count everything. Takes a moment with thousands of children."""
    closed = sum(row.closed_at is not None for row in reader.generations())
    if not objectives or any(objective.reference is None for objective in objectives):
        return Ledger(closed, time.time())  # the seed is not measured yet
    pool = Pool(reader, objectives)
    trials = all_trials(reader, pool, objectives)
    comparison = compare(reader, pool, objectives)
    return Ledger(
        closed,
        time.time(),
        len(trials),
        tables_of(trials),
        model_figures(calls_by_individual(reader.connection)),
        None if comparison is None else comparison.verdict(),
    )


def tables_of(trials: Sequence[Trial]) -> dict[Table, tuple[Line, ...]]:
    """A table for each kind of choice, and for each two of them."""
    found: dict[Table, tuple[Line, ...]] = {(kind,): _lines(trials, (kind,)) for kind in KIND_NAMES}
    for pair in combinations(KIND_NAMES, 2):
        found[pair] = _lines(trials, pair)
    return found


def _lines(trials: Iterable[Trial], kinds: Table) -> tuple[Line, ...]:
    by_arms: dict[tuple[str, ...], list[Trial]] = {}
    names: dict[tuple[str, ...], str] = {}
    renamed: list[Trial] = []
    for trial in trials:
        if all(kind in trial.arms for kind in kinds):
            arms = tuple(trial.arms[kind] for kind in kinds)
            name = names.setdefault(arms, str(len(names)))
            renamed.append(replace(trial, arms={"arm": name}))
            by_arms.setdefault(arms, []).append(trial)
    earned = credit(renamed, "arm")
    return tuple(Line(arms, earned[names[arms]], _best(own)) for arms, own in by_arms.items())


def _best(trials: Sequence[Trial]) -> int | None:
    gained = max(trials, key=lambda trial: (trial.gain, trial.improved, trial.number))
    return gained.number if gained.gain > 0 or gained.improved else None
