"""What an offline operator hands out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ge_tui.llm.offline.subject import Draft, Subject


@dataclass(frozen=True, slots=True)
class Edit:
    """A child, and what was done to make it."""

    source: str
    """The child's full source."""
    operator: str
    """The name of the operator that made it: `width`, `kernel`, ..., `crossover`."""
    segment: str
    """The segment that was changed; empty where there are several."""
    detail: str
    """One sentence for the user: "channels 96 -> 128 in ExquisiteNetV2"."""


@dataclass(frozen=True, slots=True)
class OfflineOperator:
    """A kind of change that needs no LLM."""

    name: str
    summary: str
    """What it does, in one line for the user."""
    propose: Callable[[Subject, random.Random, float], Iterator[Draft]]
    """The changes it could make at a temperature, in a random order; none where it finds no handle."""
