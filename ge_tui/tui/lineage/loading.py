"""Asking the family without holding up the screen: only the newest question is worked on."""

from __future__ import annotations

import asyncio
import copy
import importlib
from collections.abc import Callable
from dataclasses import replace

from ge_tui.tui.lineage.family import Family
from ge_tui.tui.lineage.picture import Answer, Question, answer
from ge_tui.tui.watch import RunModel

PAUSE_S = 0.08
"""How long a moving selection must rest before it is worked on."""
NEWS_S = 0.3
"""How long to rest between two answers of which only the news of the run differ."""


class Loader:
    """Answers the newest question. `question` says what it is now; `take` is given the answer."""

    def __init__(
        self, model: Callable[[], RunModel], question: Callable[[], Question], take: Callable[[Answer], None]
    ) -> None:
        self._model = model
        self._question = question
        self._take = take
        self._family = Family()
        self._changed: set[int] = set()
        self._answered: Question | None = None
        self._busy = False
        self.knows_kin = False
        """Whether kinship can be asked without a delay."""
        self.hurried = False
        """Whether the selection is moving, so that it is better to wait."""

    def note(self, changed: frozenset[int]) -> None:
        """Individuals are new or others than before."""
        self._changed |= changed

    @property
    def idle(self) -> bool:
        return not self._busy and self._question() == self._answered

    async def load_networkx(self) -> None:
        """Import what kinship takes, in a thread."""
        await asyncio.to_thread(importlib.import_module, "networkx")
        self.knows_kin = True

    async def catch_up(self) -> None:
        """Answer until there is nothing new to answer; what is asked meanwhile is seen by the one at work."""
        if self._busy:
            return
        self._busy = True
        try:
            while (question := self._question()) != self._answered:
                if self.hurried:
                    self.hurried = False
                    await asyncio.sleep(PAUSE_S)
                    continue
                found = await self._answer(question)
                now = self._question()
                if replace(now, version=question.version) == question:
                    self._answered = question
                    self._take(found)
                    if now != question:
                        await asyncio.sleep(NEWS_S)
        finally:
            self._busy = False

    async def _answer(self, question: Question) -> Answer:
        model = copy.copy(self._model())
        model.individuals = dict(model.individuals)
        changed, self._changed = frozenset(self._changed), set()
        return await asyncio.to_thread(answer, self._family, model, changed, question)
