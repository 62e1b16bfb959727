"""What is counted: read from the run in one go, in the feed's thread."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from ge_tui.run.comparison import compare
from ge_tui.run.crediting import KINDS
from ge_tui.run.model_figures import ModelFigures, model_figures
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader
from ge_tui.run.store.calls import call_figures
from ge_tui.run.trials import all_trials
from ge_tui.search import Credit, Trial, credit

KIND_NAMES = tuple(kind.name for kind in KINDS)
Table = tuple[str, ...]
"""Which kinds of choice a table is of: one, or two crossed with each other."""


@dataclass(frozen=True, slots=True)
class Line:
    """One arm, or a pair of arms."""

    arms: tuple[str, ...]
    credit: Credit
    best: int | None
    """The child that gained the most; of those that gained nothing, the last that improved. None: neither."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the pane shows."""

    closed: int
    """How many generations had closed."""
    at: float
    trials: int = 0
    tables: Mapping[Table, tuple[Line, ...]] = field(default_factory=dict)
    models: Mapping[str, ModelFigures] = field(default_factory=dict)
    verdict: str | None = None
    """Whether evolution pays; None where the run has no baseline."""


def read_ledger(reader: RunReader) -> Ledger:
    """Count everything. Takes a moment with thousands of children."""
    objectives = objectives_from(reader.run().objectives)
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
        model_figures(call_figures(reader.connection)),
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
