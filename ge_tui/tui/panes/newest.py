"""Finding out what a pane shows without holding up the screen: only the newest question is worked on."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

PAUSE_S = 0.08
"""How long a moving selection must rest before it is worked on."""


class Newest(ABC, Generic[Q, A]):
    """`question` says what there is to answer now, None: nothing; `take` is given the answer."""

    REST_S: ClassVar[float] = 0.0
    """How long to rest where the question became another while it was answered."""

    def __init__(self, question: Callable[[], Q | None], take: Callable[[A], None]) -> None:
        self._question = question
        self._take = take
        self._answered: Q | None = None
        self._busy = False
        self.hurried = False
        """Whether the selection is moving, so that it is better to wait."""

    @abstractmethod
    async def answer(self, question: Q) -> A:
        """Find it out, off the event loop."""

    @abstractmethod
    def still_wanted(self, question: Q, now: Q) -> bool:
        """Whether the answer to a question is worth showing when another is asked by then."""

    @property
    def idle(self) -> bool:
        """Whether what was asked last was answered."""
        return not self._busy and self._question() == self._answered

    @property
    def needed(self) -> bool:
        """Whether there is something to answer and nobody at it."""
        return not self._busy and self._question() not in (None, self._answered)

    def forget(self) -> None:
        """What was answered does not count: ask again."""
        self._answered = None

    async def catch_up(self) -> None:
        """Answer until there is nothing new to answer; what is asked meanwhile is seen by the one at work."""
        if self._busy:
            return
        self._busy = True
        try:
            while (question := self._question()) is not None and question != self._answered:
                if self.hurried:
                    self.hurried = False
                    await asyncio.sleep(PAUSE_S)
                    continue
                found = await self.answer(question)
                now = self._question()
                if now is not None and self.still_wanted(question, now):
                    self._answered = question
                    self._take(found)
                    if now != question:
                        await asyncio.sleep(self.REST_S)
        finally:
            self._busy = False
