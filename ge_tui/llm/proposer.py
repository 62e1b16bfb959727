"""Where proposals come from: an LLM, offline operators, a recording. What each must do."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from ge_tui.evaluation.report import CurvePoint
from ge_tui.genome import Contract, Genome
from ge_tui.llm.calls import CallRecord
from ge_tui.llm.prompts.wordings import Version


@dataclass(frozen=True, slots=True)
class Parent:
    """An individual that a child is made from."""

    number: int
    genome: Genome
    metrics: Mapping[str, float]
    curve: tuple[CurvePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the parent of a repair failed."""

    outcome: str
    reason: str
    """The exact error."""
    segment: str | None
    """The segment that was changed last; None where it was more than one."""


@dataclass(frozen=True, slots=True)
class Insight:
    """What was learned before from how an elite differs from the seed."""

    id: int
    text: str
    elite: int
    segment: str


@dataclass(frozen=True, slots=True)
class Aim:
    """Where the user points mutations, and what they are to do."""

    segment: str = ""
    """Empty: drawn."""
    instruction: str = ""
    """In the user's own words."""


NO_AIM = Aim()


@dataclass(frozen=True, slots=True)
class Story:
    """What else an LLM is told: offline operators have no use for it."""

    number: int
    """Of the individual to be."""
    attempt: int
    """Of filling its slot."""
    personas: Mapping[str, float]
    categories: Mapping[str, float]
    models: Mapping[str, float]
    """The weights in force, over the proposer's models."""
    seed: Parent
    elites: tuple[Parent, ...] = ()
    """Whose changes may serve as examples in Evolution of Thought."""
    front: tuple[Mapping[str, float], ...] = ()
    """The metrics of the best trade-offs so far."""
    insights: tuple[Insight, ...] = ()
    """Of those elites; may be used again instead of thinking anew."""
    lessons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By segment: what was tried on it without success."""
    temperature_spread: float = 1.0
    """How much of an operator's range of temperatures is drawn from, around its middle."""
    temperatures: Mapping[str, float] = field(default_factory=dict)
    """The weights of the bands that a temperature is drawn from, inside that range; empty: all of it alike."""
    failure: Failure | None = None
    """For a repair."""
    aim: Aim = NO_AIM
    wordings: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    """The versions to draw from of what is worded in more than one way, or in another than the catalogue's."""
    top_p: float | None = None
    """Of its sampling; None: the model's own."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for: the operators to apply, one after the other, and everything they draw on."""

    operators: tuple[str, ...]
    """`create`, `crossover`, `mutate`, `eot`, `repair`; the second works on what the first made."""
    parents: tuple[Parent, ...]
    """The first is the one whose text is changed; a crossover takes from the second."""
    contract: Contract
    temperature: float
    weights: Mapping[str, float]
    """Of the proposer's own kinds of change, by name."""
    rng: random.Random
    story: Story | None = None
    """For proposers that ask for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change that was made."""

    operator: str
    kind: str
    """What was done: an offline operator's name, an LLM's category."""
    segment: str
    detail: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source text that may become an individual."""

    source: str
    steps: tuple[Step, ...]
    segment: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    persona: str | None = None
    category: str | None = None
    temperature: float | None = None
    """As it was drawn; None: the control's own value."""
    model: str | None = None
    """Who answered; None where no model was asked."""


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
    models: tuple[str, ...]
    """The models it asks, by name, in an order that never changes; empty where it asks none."""
    asks: bool
    """Whether it wants the story, thinks in Evolution of Thought, and can repair what failed its checks."""

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        """A source text for a brief, or why none came of it."""
        ...

    async def close(self) -> None:
        """Nothing is asked afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class RephraseOrder:
    """A passage of a prompt that is to be worded in another way."""

    generation: int
    version: Version
    """What it is a passage of."""
    passage: str
    temperature: float
    seed: int
    model: str
    """Who is asked."""
    top_p: float | None = None
    """None: the model's own."""


@runtime_checkable
class Rephraser(Protocol):
    """A proposer that can also word its own prompts in another way."""

    models: tuple[str, ...]

    async def rephrase(self, order: RephraseOrder) -> CallRecord:
        """The call that asked for another wording, with its answer."""
        ...
