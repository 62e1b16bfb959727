"""Where proposals come from: an LLM, offline operators, a recording. What each must do."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ge_tui.genome import Contract, Genome


@dataclass(frozen=True, slots=True)
class Parent:
    """An individual that a child is made from."""

    number: int
    genome: Genome
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for: the operators to apply, one after the other, and everything they draw on."""

    operators: tuple[str, ...]
    """`create`, `crossover`, `mutate`; the second works on what the first made."""
    parents: tuple[Parent, ...]
    """The first is the one whose text is changed; a crossover takes from the second."""
    contract: Contract
    temperature: float
    weights: Mapping[str, float]
    """Of the proposer's own kinds of change, by name."""
    rng: random.Random


@dataclass(frozen=True, slots=True)
class Step:
    """One change that was made."""

    operator: str
    kind: str
    """What was done: an offline operator's name."""
    segment: str
    detail: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source text that may become an individual."""

    source: str
    steps: tuple[Step, ...]
    segment: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no source came of a brief."""

    reason: str
    detail: str


class Proposer(Protocol):
    """Makes proposals. What it cannot do is a Refusal, never an exception."""

    name: str
    lanes: int
    """How many proposals may be under way at once."""

    async def propose(self, brief: Brief) -> Proposal | Refusal: ...
