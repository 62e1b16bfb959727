"""How an export tells how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Teller(Protocol):
    """Hears of an export's progress; never raises."""

    def say(self, words: str) -> None:
        """Something is done, or is about to be."""
        ...

    def reach(self, done: float, words: str) -> None:
        """So much of all the training there is, from 0 to 1; `words`: what is under way."""
        ...


@dataclass(slots=True)
class Count:
    """Optimiser steps done and to be done, over all trainings of an export."""

    teller: Teller
    total: int = 0
    done: int = 0

    def expect(self, steps: int) -> None:
        """There are more to be done."""
        self.total += steps

    def advance(self, steps: int, words: str) -> None:
        """Some more are done."""
        self.done += steps
        self.teller.reach(self.done / self.total if self.total else 0.0, words)
