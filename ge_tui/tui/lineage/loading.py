"""Asking the family, off the event loop."""

from __future__ import annotations

import asyncio
import copy
import importlib
from collections.abc import Callable
from dataclasses import replace

from ge_tui.tui.lineage.family import Family
from ge_tui.tui.lineage.picture import Answer, Question, answer
from ge_tui.tui.panes.newest import Newest
from ge_tui.tui.watch import RunModel


class Loader(Newest[Question, Answer]):
    """Keeps the family up, and asks it."""

    REST_S = 0.3
    """Between two answers of which only the news of the run differ."""

    def __init__(
        self, model: Callable[[], RunModel], question: Callable[[], Question], take: Callable[[Answer], None]
    ) -> None:
        super().__init__(question, take)
        self._model = model
        self._family = Family()
        self._changed: set[int] = set()
        self.knows_kin = False
        """Whether kinship can be asked without a delay."""

    def note(self, changed: frozenset[int]) -> None:
        """Individuals are new or others than before."""
        self._changed |= changed

    async def load_networkx(self) -> None:
        """Import what kinship takes, in a thread."""
        await asyncio.to_thread(importlib.import_module, "networkx")
        self.knows_kin = True

    def still_wanted(self, question: Question, now: Question) -> bool:
        return replace(now, version=question.version) == question

    async def answer(self, question: Question) -> Answer:
        model = copy.copy(self._model())
        model.individuals = dict(model.individuals)
        changed, self._changed = frozenset(self._changed), set()
        return await asyncio.to_thread(answer, self._family, model, changed, question)
