"""Who earned what: the trials of a run as credit counts them, and the shares that follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ge_tui.run.memory import helped
from ge_tui.run.pool import Pool
from ge_tui.run.store import IndividualRow, Status
from ge_tui.run.store.calls import calls_of
from ge_tui.run.store.queries import Queries
from ge_tui.search import (
    Archive,
    Mode,
    Objective,
    Trial,
    as_weights,
    draw,
    hypervolume,
    probabilities,
    temperature_band,
)
from ge_tui.settings import Controls

ARMS = ("persona", "category")
"""The kinds of choice that can be left to the program."""
_MOST_FLOOR = 0.5
"""No more than this part of all calls is spent on giving every arm its floor."""
_FLOOR = 0.05


def trials(queries: Queries, pool: Pool, objectives: Sequence[Objective], *, with_cost: bool = False) -> list[Trial]:
    """One trial for each child that an LLM was asked for and whose end is known.

    It counts as improved where it was measured and its first parent does not dominate it. Gain and cost are
    looked up on request: they need every call and a hypervolume for each newcomer of the archive.
    """
    rows = queries.individuals("persona IS NOT NULL AND status NOT IN ('proposing', 'waiting', 'evaluating')")
    gains = _gains(queries, pool, objectives) if with_cost else {}
    return [_trial(queries, pool, objectives, row, gains, with_cost=with_cost) for row in rows]


def left_to_the_program(controls: Controls, kind: str) -> bool:
    """Whether something else than the user's weights decides."""
    return getattr(controls, f"{kind}_mode") != Mode.MANUAL or bool(getattr(controls, f"{kind}_locked"))


def shares(controls: Controls, past: Sequence[Trial], kind: str, seed: int, generation: int) -> dict[str, float]:
    """How often each arm is to be drawn in a generation."""
    mode, locked = Mode(getattr(controls, f"{kind}_mode")), getattr(controls, f"{kind}_locked") or None
    weights: Mapping[str, float] = getattr(controls, kind)
    rng = draw(seed, generation, 0, f"credit/{kind}")
    floor = min(_FLOOR, _MOST_FLOOR / len(weights))
    return as_weights(probabilities(weights, past, kind, mode, rng, floor=floor, locked=locked))


def weights_in_force(controls: Controls, kind: str) -> Mapping[str, float]:
    """What the arms of a kind are drawn by: a locked one, the program's shares, or the user's weights."""
    own: Mapping[str, float] = getattr(controls, kind)
    given: Mapping[str, float] = getattr(controls, f"{kind}_share")
    locked: str = getattr(controls, f"{kind}_locked")
    if locked:
        return {locked: 1.0}
    return given if given and left_to_the_program(controls, kind) else own


def _trial(
    queries: Queries,
    pool: Pool,
    objectives: Sequence[Objective],
    row: IndividualRow,
    gains: Mapping[int, float],
    *,
    with_cost: bool,
) -> Trial:
    arms = {
        "persona": str(row.persona),
        "category": str(row.category),
        "operator": row.operator,
        "model": row.proposer,
        "temperature": temperature_band(row.temperature or 0.0),
    }
    calls = [kept.call for kept in calls_of(queries.connection, row.number)] if with_cost else []
    training = sum(e.wall_s or 0.0 for e in queries.evaluations(row.number)) if with_cost else 0.0
    return Trial(
        row.number,
        arms,
        valid=row.status is Status.EVALUATED,
        improved=helped(pool, row, objectives),
        gain=gains.get(row.number, 0.0),
        tokens=sum(call.prompt_tokens + call.completion_tokens for call in calls),
        seconds=training + sum(call.total_s for call in calls),
    )


def _gains(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> dict[int, float]:
    """The hypervolume each individual added, in the order of their numbers."""
    archive, volume = Archive(objectives), 0.0
    gains: dict[int, float] = {}
    for row in queries.individuals("status = 'evaluated'"):
        candidate = pool.candidate(row.number)
        if candidate is not None and archive.add(candidate):
            now = hypervolume(archive.members, objectives)
            gains[row.number] = max(0.0, now - volume)
            volume = now
    return gains
