"""Candidates and objectives for the property tests; few different values, so ties and copies are common."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st

from ge_tui.search import Candidate, Objective

# No deadline: the machines are shared.
check = settings(deadline=None, max_examples=100)

ACCURACY = Objective("accuracy", "max", tie_break="loss", reference=0.1)
PARAMS = Objective("params", "min", "log10", reference=1e7)
TWO = (ACCURACY, PARAMS)

NAMES = ("a", "b", "c")


def network(number: int, accuracy: float, params: float, loss: float | None = None, stage: int = 0) -> Candidate:
    metrics = {"accuracy": accuracy, "params": params}
    return Candidate(number, metrics if loss is None else metrics | {"loss": loss}, stage)


def numbers(candidates: Sequence[Candidate]) -> list[int]:
    return [candidate.number for candidate in candidates]


def values(candidate: Candidate, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """What a copy shares with its original, for candidates of `populations`."""
    tie = candidate.metrics.get("tie", math.inf)
    tie = tie if math.isfinite(tie) and any(o.tie_break for o in objectives) else math.inf
    return (*(candidate.metrics[o.name] for o in objectives), tie)


usable_values = st.one_of(
    st.integers(1, 4).map(float),
    st.sampled_from([0.5, 1e-9, 1e9]),
    st.floats(1e-3, 1e3),
)
any_values = st.one_of(usable_values, st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, -1.0]))
tie_values = st.sampled_from([0.1, 0.2, 0.3, math.nan, math.inf, -math.inf])


@st.composite
def objective_lists(draw: st.DrawFn, fewest: int = 1, references: bool = False) -> tuple[Objective, ...]:
    return tuple(
        Objective(
            name,
            draw(st.sampled_from(["max", "min"])),
            draw(st.sampled_from(["linear", "log10"])),
            draw(st.sampled_from([None, "tie"])),
            draw(usable_values) if references else None,
        )
        for name in NAMES[: draw(st.integers(fewest, 3))]
    )


@st.composite
def _metrics(draw: st.DrawFn, usable: bool) -> dict[str, float]:
    values = usable_values if usable else any_values
    metrics = {name: draw(values) for name in NAMES if usable or draw(st.integers(0, 9))}
    if draw(st.booleans()):
        metrics["tie"] = draw(tie_values)
    return metrics


def _numbered(rows: list[tuple[dict[str, float], int]]) -> list[Candidate]:
    return [Candidate(number, metrics, stage) for number, (metrics, stage) in enumerate(rows)]


def populations(most: int = 12) -> st.SearchStrategy[list[Candidate]]:
    """Of all kinds: failed at several stages, metrics that are missing, not finite or not above 0."""
    rows = st.tuples(_metrics(usable=False), st.sampled_from([0, 0, 0, 0, 1, 2, 5]))
    return st.lists(rows, max_size=most).map(_numbered)


def healthy(fewest: int = 0, most: int = 12) -> st.SearchStrategy[list[Candidate]]:
    """Comparable under any of `objective_lists`."""
    rows = st.tuples(_metrics(usable=True), st.just(0))
    return st.lists(rows, min_size=fewest, max_size=most).map(_numbered)
