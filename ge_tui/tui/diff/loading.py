"""Reading and comparing without holding up the screen: only the newest question is worked on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from ge_tui.errors import UserError
from ge_tui.genome import cut
from ge_tui.tui.diff.compare import Comparison, compare
from ge_tui.tui.diff.subject import Answered, Asked, answer
from ge_tui.tui.watch import Feed

PAUSE_S = 0.08
"""How long a moving selection must rest before it is worked on."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be shown, and what of it was known when it was asked: if that changes, it is asked again."""

    asked: Asked
    known: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that a page is made of."""

    answered: Answered
    comparison: Comparison | None
    """Of the two sources; of the one with itself where there is only one; None where there is none."""


class Loader:
    """Answers the newest question. `question` says what it is now; `take` is given the answer, or the trouble."""

    def __init__(
        self,
        feed: Callable[[], Feed],
        question: Callable[[], Question | None],
        take: Callable[[Loaded | str], None],
    ) -> None:
        self._feed = feed
        self._question = question
        self._take = take
        self._answered: Question | None = None
        self._busy = False
        self.hurried = False
        """Whether the selection is moving, so that it is better to wait."""

    @property
    def idle(self) -> bool:
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
                answered = await self._answer(question)
                now = self._question()
                if now is not None and now.asked == question.asked:
                    self._answered = question
                    self._take(answered)
        finally:
            self._busy = False

    async def _answer(self, question: Question) -> Loaded | str:
        try:
            answered = await self._feed().ask(lambda reader: answer(reader, question.asked))
        except (UserError, sqlite3.Error) as error:
            return str(error)
        return Loaded(answered, await asyncio.to_thread(_compared, answered))


def _compared(answered: Answered) -> Comparison | None:
    after = answered.subject.source
    if after is None:
        return None
    before = answered.other.source if answered.other is not None else None
    return compare(after if before is None else before, after, cut(answered.seed).names if answered.seed else ())
