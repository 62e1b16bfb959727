"""Closing a generation: who goes on, on record with the generation's figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ge_tui.run.engine.selection import choose_elites, close_population
from ge_tui.run.pool import Pool, count, survivors_of
from ge_tui.run.store import SEED, Arm, Store
from ge_tui.run.store.acts import standing
from ge_tui.search import Objective, hypervolume


def close_generation(
    store: Store,
    pool: Pool,
    objectives: Sequence[Objective],
    living: Callable[[int], list[int]],
    elites: int,
    number: int,
) -> None:
    """Select who goes on from a generation; `living` is the population at the close of an earlier one."""
    rows = store.individuals("generation = ? AND slot >= 0", (number,))
    evolved = [row for row in rows if row.arm is Arm.EVOLUTION]
    before = living(number - 1) if number else [SEED]
    kept = {*choose_elites(pool.candidates(before), objectives, elites), *standing(store.connection).pinned}
    survivors = [store.original(survivor) for survivor in survivors_of(evolved)]
    came = [*survivors, *store.carried(number).values()]
    members = close_population(kept, pool.tiers({*kept, *came}), objectives)
    front = pool.front
    store.close_generation(number, members, hypervolume(front, objectives), len(front), count(rows))
    if evolved and not survivors:
        store.note("all_failed", generation=number, going_on_with=[m.individual for m in members])
