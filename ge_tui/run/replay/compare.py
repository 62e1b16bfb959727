"""What of a run must come out again, by the stage at which it is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ge_tui.run.pool import Pool
from ge_tui.run.replay.difference import Difference, DiffersError
from ge_tui.run.store.acts import acts as acts_of
from ge_tui.run.store.insights import insights_of
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.records import IndividualRow
from ge_tui.run.store.wordings import rephrasings_of, wordings_of
from ge_tui.run.stored_objectives import objectives_from

SLOT = ("generation", "slot", "operator", "proposer", "parents", "draw", "control_seq", "arm", "operators")
SOURCE = ("source", "segment", "arguments", "persona", "category", "temperature", "syntax_hash")
CHECK = ("params", "fingerprint")
ENDING = ("status", "outcome", "reason", "duplicate_of")
_EVERYTHING = (*SLOT, *SOURCE, *CHECK, *ENDING, "lost")
_TIGHT = 1e-9
"""Sums may come out in another order where SQLite or a library is another version."""


def individual(recorded: Queries, derived: Queries, number: int, fields: tuple[str, ...], moment: int = 0) -> None:
    """Raises DiffersError."""
    old, new = recorded.individual(number), derived.individual(number)
    if old is None or new is None:
        same(f"individual {number}", "there", old is not None, new is not None, moment)
        return
    for field in fields:
        before, after = _value(recorded, old, field), _value(derived, new, field)
        same(f"individual {number}", field, before, after, moment)


def generation(recorded: Queries, derived: Queries, number: int, moment: int = 0) -> None:
    """Its figures, who lives at its close, with ranks and room. Raises DiffersError."""
    where = f"generation {number}"
    for old, new in zip(_figures(recorded, number), _figures(derived, number), strict=True):
        same(where, old[0], old[1], new[1], moment)
    before, after = ({row.individual: row for row in queries.members(number)} for queries in (recorded, derived))
    same(where, "population", sorted(before), sorted(after), moment)
    for member, row in before.items():
        for field in ("rank", "elite", "crowding"):
            same(f"{where}, individual {member}", field, getattr(row, field), getattr(after[member], field), moment)
    same(where, "carried", recorded.carried(number), derived.carried(number), moment)


def act(recorded: Queries, derived: Queries, seq: int, moment: int = 0) -> None:
    """What the user asked for, and what came of it. Raises DiffersError."""
    old, new = _acts(recorded).get(seq), _acts(derived).get(seq)
    same(f"act {seq}", "there", old is not None, new is not None, moment)
    same(f"act {seq}", "act", old, new, moment)


def everything(recorded: Queries, derived: Queries) -> None:
    """The whole of two runs, once more in the end. Raises DiffersError."""
    numbers, again = ([row.number for row in queries.individuals()] for queries in (recorded, derived))
    same("run", "individuals", numbers, again)
    for number in numbers:
        individual(recorded, derived, number, _EVERYTHING)
    closed, again = ([row.number for row in q.generations() if row.closed_at is not None] for q in (recorded, derived))
    same("run", "generations", closed, again)
    for number in closed:
        generation(recorded, derived, number)
    for name, tell in _LISTS.items():
        same("run", name, tell(recorded), tell(derived))


def same(where: str, field: str, recorded: Any, derived: Any, moment: int = 0) -> None:
    """Raises DiffersError where two values are not the same, naming the first part that is not."""
    for path, old, new in _parts(recorded, derived):
        if not _equal(old, new):
            raise DiffersError(Difference(where, f"{field}{path}", old, new, moment))


def _parts(recorded: Any, derived: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Two values, part by part where they are built alike."""
    if isinstance(recorded, Mapping) and isinstance(derived, Mapping):
        for key in dict.fromkeys([*recorded, *derived]):
            yield from _parts(recorded.get(key), derived.get(key), f"{path}.{key}")
    else:
        yield path, recorded, derived


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return old == new or math.isclose(old, new, rel_tol=_TIGHT) or (math.isnan(old) and math.isnan(new))
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(_equal, old, new))
    return bool(old == new)


def _value(queries: Queries, row: IndividualRow, field: str) -> Any:
    if field == "source":
        return queries.source(row.number)
    if field == "operators":
        return row.arguments.get("operators")
    return getattr(row, field)


def _figures(queries: Queries, number: int) -> list[tuple[str, Any]]:
    row = next((row for row in queries.generations() if row.number == number), None)
    names = ("hypervolume", "front_size", "children", "evaluated", "failed", "duplicates")
    return [(name, getattr(row, name, None)) for name in names]


def _front(queries: Queries) -> list[int]:
    objectives = objectives_from(queries.run().objectives)
    if any(objective.reference is None for objective in objectives):
        return []
    return sorted(candidate.number for candidate in Pool(queries, objectives).front)


def _evaluations(queries: Queries) -> dict[str, Any]:
    metrics = queries.metrics_by_evaluation()
    return {
        f" of {row.individual} at {row.rung}, seed {row.seed}, attempt {row.attempt}": {
            "status": row.status, "outcome": row.outcome, "reason": row.reason, "metrics": metrics.get(row.id)
        }
        for row in queries.evaluations()
    }  # fmt: skip


def _insights(queries: Queries) -> dict[int, Any]:
    found = insights_of(queries.connection)
    return {one.id: {"text": one.text, "elite": one.elite, "segment": one.segment} for one in found}


def _wordings(queries: Queries) -> dict[str, Any]:
    found = wordings_of(queries.connection)
    return {one.version.ref: {"born": one.born, "holds_since": one.holds_since, "ended": one.ended} for one in found}


def _rephrasings(queries: Queries) -> dict[int, Any]:
    found = rephrasings_of(queries.connection)
    return {one.generation: {"of": one.of, "made": one.made, "refusal": one.refusal} for one in found}


def _controls(queries: Queries) -> dict[int, Any]:
    return {row.seq: {"actor": row.actor, "key": row.key, "new": row.new} for row in queries.controls()}


def _acts(queries: Queries) -> dict[int, Any]:
    return {
        row.seq: {
            "actor": row.actor, "kind": row.kind, "individual": row.individual, "other": row.other,
            "arguments": row.arguments, "text": None if row.source_blob is None else queries.text(row.source_blob),
            "control": row.control_seq, "state": row.state, "outcome": row.outcome, "child": row.child,
        }
        for row in acts_of(queries.connection)
    }  # fmt: skip


_LISTS = {
    "front": _front,
    "evaluations": _evaluations,
    "insights": _insights,
    "wordings": _wordings,
    "rephrasings": _rephrasings,
    "controls": _controls,
    "acts": _acts,
}
