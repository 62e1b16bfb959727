"""Reading and comparing what the pane shows, off the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from ge_tui.errors import UserError
from ge_tui.genome import cut
from ge_tui.tui.diff.compare import Comparison, compare
from ge_tui.tui.diff.subject import Answered, Asked, read
from ge_tui.tui.panes.newest import Newest
from ge_tui.tui.watch import Feed


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


class Loader(Newest[Question, "Loaded | str"]):
    """Reads from the store and compares; the answer is what was loaded, or the trouble."""

    def __init__(
        self,
        feed: Callable[[], Feed],
        question: Callable[[], Question | None],
        take: Callable[[Loaded | str], None],
    ) -> None:
        super().__init__(question, take)
        self._feed = feed

    def still_wanted(self, question: Question, now: Question) -> bool:
        return now.asked == question.asked

    async def answer(self, question: Question) -> Loaded | str:
        try:
            answered = await self._feed().ask(lambda reader: read(reader, question.asked))
        except (UserError, sqlite3.Error) as error:
            return str(error)
        return Loaded(answered, await asyncio.to_thread(_compared, answered))


def _compared(answered: Answered) -> Comparison | None:
    after = answered.subject.source
    if after is None:
        return None
    before = answered.other.source if answered.other is not None else None
    return compare(after if before is None else before, after, cut(answered.seed).names if answered.seed else ())
