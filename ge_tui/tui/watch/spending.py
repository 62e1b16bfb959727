"""What a run has used of its budget, as far as it has one. Blocking; for the thread that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ge_tui.run.store import RunReader

_TRAININGS = """
SELECT rung, count(*) FROM evaluation WHERE status IN ('ok', 'failed') AND outcome IS NOT 'pruned' GROUP BY rung
"""
_PRUNED = """
SELECT e.rung, sum((SELECT coalesce(max(c.step), 0) FROM curve c WHERE c.evaluation = e.id))
FROM evaluation e WHERE e.outcome = 'pruned' GROUP BY e.rung
"""
_STEPS = """
SELECT e.rung, max(c.step) FROM evaluation e JOIN curve c ON c.evaluation = e.id WHERE e.individual = 0 GROUP BY e.rung
"""
"""Of a whole training at each rung: the seed goes through all of them."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What was used so far; 0 of what has no limit."""

    evaluations: float = 0.0
    """Trainings at the run's rung; one at a lower rung, and one that was ended early, is a part of one."""
    tokens: int = 0


def spending(reader: RunReader, settings: Mapping[str, Any]) -> Spending:
    """Counts only what the run's budget asks for. Raises sqlite3.Error."""
    budget = settings.get("budget", {})
    evaluations = _evaluations(reader, settings["evaluation"]["rung"]) if budget.get("evaluations") else 0.0
    return Spending(evaluations, reader.count_tokens() if budget.get("tokens") else 0)


def _evaluations(reader: RunReader, top: str) -> float:
    steps = dict(reader.connection.execute(_STEPS).fetchall())
    whole = steps.get(top) or max(steps.values(), default=1)
    used = 0.0
    for rung, count in reader.connection.execute(_TRAININGS):
        used += count * steps.get(rung, whole) / whole
    for _, taken in reader.connection.execute(_PRUNED):
        used += taken / whole
    return used
