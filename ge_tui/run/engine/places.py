"""Places for trainings, as many as there are at the moment: their number may change while they are taken."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Places:
    """To be entered by `async with`, first come, first served. Where they become fewer, nobody is put out."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.on_wait: Callable[[int], None] = lambda _waiting: None
        """Told how many wait, whenever one has to."""

    @property
    def taken(self) -> int:
        """How many are taken."""
        return self._taken

    @property
    def free(self) -> bool:
        """Whether there is a place that nobody waits for."""
        return self._taken < self._count and not self._waiting

    def resize(self, count: int) -> None:
        """So many may be taken from now on."""
        self._count = count
        self._let_in()

    async def __aenter__(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._let_in()
        if not turn.done():
            self.on_wait(len(self._waiting))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # let in at the very moment of the cancellation
                self._leave()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    async def __aexit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._taken < self._count:
            turn = self._waiting.popleft()
            if not turn.done():  # one that is cancelled has not been told yet
                self._taken += 1
                turn.set_result(None)
