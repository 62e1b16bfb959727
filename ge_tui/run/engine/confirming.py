"""The front has to hold: before a generation closes, its members are trained with further seeds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from ge_tui.run.pool import Pool
from ge_tui.run.store import Store

TrainAgain = Callable[[int, int], Coroutine[Any, Any, object]]
"""Of an individual with a seed."""


class Confirming:
    """Trains every member of the front so often; its mean is what it is ranked by from then on.

    Whoever a lower mean puts on the front instead is trained as often, until the front holds. Which individuals
    that are follows from results alone, so a run that is resumed or replayed trains the same ones.
    """

    def __init__(
        self,
        store: Store,
        pool: Pool,
        rung: str,
        seeds: range,
        train_again: TrainAgain,
        make_room: Callable[[], Awaitable[None]] | None,
    ) -> None:
        """`seeds`: of every training of a member; `make_room` is waited for before the first."""
        self._store = store
        self._pool = pool
        self._rung = rung
        self._seeds = seeds
        self._train_again = train_again
        self._make_room = make_room

    def wanting(self) -> list[tuple[int, int]]:
        """Members of the front, with the seeds that they were not trained with."""
        if len(self._seeds) == 1:
            return []
        found = []
        # Also what evolution alone would have as its front: it must not depend on what the baseline measures.
        for number in sorted({member.number for member in (*self._pool.front, *self._pool.evolved_front)}):
            rows = self._store.evaluations(number)
            ended = {row.seed for row in rows if row.rung == self._rung and row.status in ("ok", "failed")}
            found += [(number, seed) for seed in self._seeds if seed not in ended]
        return found

    async def confirm(self) -> bool:
        """Train what is wanting; whether the front holds now. It does not where nothing may be begun any more."""
        if self.wanting() and self._make_room is not None:
            await self._make_room()
        while wanting := self.wanting():
            async with asyncio.TaskGroup() as group:
                for number, seed in wanting:
                    group.create_task(self._train_again(number, seed))
            left = self.wanting()
            if set(wanting) & set(left):
                return False
        return True
