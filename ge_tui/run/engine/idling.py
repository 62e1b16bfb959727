"""What a training slot does while nothing waits for it: a member of the front is trained with a further seed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.confirming import Confirming
from ge_tui.run.engine.evaluating import Evaluating
from ge_tui.run.pool import Pool
from ge_tui.run.store import Store

_COUNTS = frozenset({"ok", "failed", "running"})


class Idling:
    """Lends free places to members of the front; a child that needs one has it back."""

    def __init__(
        self, store: Store, pool: Pool, board: ControlBoard, evaluating: Evaluating, first_seed: int, most: int,
        is_spent: Callable[[], bool], *, gives_way: bool,
    ) -> None:  # fmt: skip
        """`most`: trainings of each member in all, 0: nothing is lent. `gives_way`: a child does not wait."""
        self._store = store
        self._pool = pool
        self._board = board
        self._evaluating = evaluating
        self._first_seed = first_seed
        self._most = most
        self._is_spent = is_spent
        self._held = False
        self._under_way: list[asyncio.Task[None]] = []
        """The latest last."""
        self._ending: set[asyncio.Task[None]] = set()
        if gives_way:
            evaluating.places.on_wait = self._give_way

    def due(self) -> list[tuple[int, int]]:
        """Members of the front with seeds that they may be trained with, those with the fewest trainings first.

        It follows from what is on record, trainings under way included.
        """
        found = []
        every = range(self._first_seed, self._first_seed + self._most)
        for number in {member.number for member in (*self._pool.front, *self._pool.evolved_front)}:
            rows = self._store.evaluations(number)
            seeds = {row.seed for row in rows if row.rung == self._evaluating.rung and row.status in _COUNTS}
            if len(seeds) < self._most:
                found += [(len(seeds), number, seed) for seed in every if seed not in seeds]
        return [(number, seed) for _, number, seed in sorted(found)]

    def look(self, group: asyncio.TaskGroup) -> None:
        """Called often: begin one training where a place is free that nobody waits for."""
        controls = self._board.current
        if not self._most or self._held or controls.pause or controls.stop != "no" or not self._evaluating.places.free:
            return
        if self.due():
            task = group.create_task(self._train())
            self._under_way.append(task)
            task.add_done_callback(self._forget)

    @asynccontextmanager
    async def held(self, confirming: Confirming) -> AsyncIterator[None]:
        """Nothing is lent meanwhile; what is under way ends first, where the front is to be confirmed."""
        self._held = True
        try:
            if confirming.wanting() and self._under_way:
                await asyncio.wait(self._under_way)
            yield
        finally:
            self._held = False

    async def end(self, *, gives_up: bool) -> None:
        """Begin nothing any more; what is under way is given up, or was paid for and comes to its end."""
        self._held = True
        for task in self._under_way if gives_up else ():
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _train(self) -> None:
        due = self.due()
        if due and self._evaluating.places.free and not self._held:  # nothing has come between
            await self._evaluating.train_again(*due[0], lent=True)

    def _give_way(self, waiting: int) -> None:
        """Give up as many trainings as others wait for, those begun last first.

        Not where the budget is used up with them: whoever waits would not be trained in their place.
        """
        if self._is_spent():
            return
        left = [task for task in reversed(self._under_way) if task not in self._ending]
        for task in left[: max(0, waiting - len(self._ending))]:
            self._ending.add(task)
            task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._under_way.remove(task)
        self._ending.discard(task)
