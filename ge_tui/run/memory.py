"""What a run remembers for its language model: changes that did not help, and insights that did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ge_tui.llm.proposer import Insight
from ge_tui.run.pool import Pool
from ge_tui.run.store import Arm, IndividualRow, Status, Store
from ge_tui.run.store.insights import KeptInsight, insights_of
from ge_tui.search import Candidate, Objective, dominates

_LOOKED_AT = 60
"""So many of the newest children are looked at for lessons."""
_LESSONS = 4
_LINE = 90
TRIALS = 3
"""An insight that helped in none of its last so many uses is dropped."""


def lessons(store: Store, pool: Pool, objectives: Sequence[Objective]) -> dict[str, tuple[str, ...]]:
    """For each segment what was tried on it without success, the newest first, briefly."""
    since = max(0, store.next_number() - _LOOKED_AT)
    found: dict[str, list[str]] = {}
    for row in reversed(store.individuals("number >= ? AND segment IS NOT NULL AND source_blob IS NOT NULL", (since,))):
        if row.arm is not Arm.EVOLUTION:
            continue
        texts = found.setdefault(str(row.segment), [])
        if len(texts) < _LESSONS and (told := _lesson(store, pool, row, objectives)):
            texts.append(told)
    return {segment: tuple(texts) for segment, texts in found.items() if texts}


def live_insights(
    store: Store, pool: Pool, objectives: Sequence[Objective], elites: Collection[int]
) -> list[KeptInsight]:
    """The insights from some elites that still help, or have not been tried often enough to tell."""
    known = insights_of(store.connection, elites)
    if not known:
        return []
    places = ", ".join("?" * len(known))
    uses: dict[int, list[bool]] = {}
    for row in store.individuals(
        f"number > ? AND operator = 'eot' AND json_extract(arguments, '$.insight') IN ({places})",
        (min(insight.individual for insight in known), *(insight.id for insight in known)),
    ):
        uses.setdefault(row.arguments["insight"], []).append(helped(pool, row, objectives))
    return [insight for insight in known if still_helps(uses.get(insight.id, []))]


def still_helps(tried: Sequence[bool]) -> bool:
    """Whether an insight is kept, by whether each of its uses helped, the oldest first."""
    return len(tried) < TRIALS or any(tried[-TRIALS:])


def helped(pool: Pool, row: IndividualRow, objectives: Sequence[Objective]) -> bool:
    """Whether a child was measured, and is not dominated by the parent it was made from."""
    child = pool.candidate(row.number) if row.status is Status.EVALUATED else None
    return improved(child, pool.candidate(row.parents[0]) if row.parents else None, objectives)


def improved(child: Candidate | None, parent: Candidate | None, objectives: Sequence[Objective]) -> bool:
    """Whether a child was measured, and is not dominated by its parent, where that was measured."""
    return child is not None and (parent is None or not dominates(parent, child, objectives))


def as_told(insight: KeptInsight) -> Insight:
    """An insight as the proposer is told of it."""
    return Insight(insight.id, insight.text, insight.elite, insight.segment)


def _lesson(store: Store, pool: Pool, row: IndividualRow, objectives: Sequence[Objective]) -> str:
    """One line on a child that failed or is worse than its parent; empty for any other."""
    if row.status is Status.FAILED:
        ending = f"failed ({row.outcome})"
    elif row.status is Status.EVALUATED and row.parents and not helped(pool, row, objectives):
        name = objectives[0].name
        before, after = pool.metrics(row.parents[0]), pool.metrics(row.number)
        ending = f"{name} {_number(before, name)} -> {_number(after, name)}"
    else:
        return ""
    change = _first_new_line(store, row)
    return f"`{change}`: {ending}" if change else ""


def _first_new_line(store: Store, row: IndividualRow) -> str:
    """The first line of code that the parent does not have."""
    if not row.parents:
        return ""
    old = set((store.source(row.parents[0]) or "").splitlines())
    new = (line.strip() for line in (store.source(row.number) or "").splitlines() if line not in old)
    return next((line[:_LINE] for line in new if line and not line.startswith("#")), "")


def _number(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[name]:.4g}" if name in metrics else "?"
