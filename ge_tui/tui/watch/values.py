"""The values that cross from the run's store to the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import ControlRow, EventRow, GenerationRow, RunRow, Status
from ge_tui.run.store.acts import ActRow
from ge_tui.run.store.live_calls import LiveCall, Words
from ge_tui.run.store.records import Spread
from ge_tui.tui.watch.spending import Spending


class Part(Enum):
    """What can change on the screen, so that a pane redraws only for what it shows."""

    RUN = auto()
    """Status, budget, environment, whether the engine is alive."""
    INDIVIDUALS = auto()
    GENERATIONS = auto()
    CONTROLS = auto()
    EVENTS = auto()
    CALLS = auto()
    """Calls to a language model began or ended."""
    ACTS = auto()
    """What the user did with individuals."""
    WORDS = auto()
    """Words of calls under way."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a training is."""

    step: int
    steps: int
    """Of the whole training; 0 where it is not known."""
    train_loss: float


@dataclass(frozen=True, slots=True)
class Individual:
    """An individual as the screen shows it."""

    number: int
    generation: int
    slot: int
    operator: str
    proposer: str
    parents: tuple[int, ...]
    status: Status
    created_at: float
    persona: str | None = None
    category: str | None = None
    segment: str | None = None
    temperature: float | None = None
    outcome: Outcome | None = None
    reason: str = ""
    params: int | None = None
    duplicate_of: int | None = None
    rung: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    below: Mapping[str, float] = field(default_factory=dict)
    """What it measured at the highest rung it reached, where that is below the run's own and it has no metrics."""
    curve: tuple[float, ...] = ()
    """Validation accuracy as it was measured in its last training."""
    progress: Progress | None = None
    """While it is in training."""
    front: bool = False
    """In the archive: nothing known is better in everything."""
    elite: bool = False
    """Kept at the close of the last generation."""
    spread: Spread | None = None
    """Where it was trained more than once at the run's rung; its metrics are then the means."""
    pinned: bool = False
    """By the user: every selection keeps it."""
    vetoed: bool = False
    """By the user: it is no parent any more."""
    asked: str = ""
    """The act of the user that it comes of."""


@dataclass(frozen=True, slots=True)
class Update:
    """What is new in a run since the last look; empty parts have not changed."""

    run: RunRow | None = None
    alive: bool | None = None
    """Whether an engine works on the run."""
    individuals: tuple[Individual, ...] = ()
    """New ones, and those of which anything is new; `front`, `elite` and marks of the user are the model's to set."""
    generations: tuple[GenerationRow, ...] = ()
    elites: frozenset[int] | None = None
    controls: tuple[ControlRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    calls: tuple[LiveCall, ...] | None = None
    words: tuple[Words, ...] = ()
    acts: tuple[ActRow, ...] | None = None
    """All of them, where any is new or other than it was."""
    spent: Spending | None = None
    """Of the budget; None where nothing is new of it."""
    trouble: str = ""
    """Why the run cannot be read at the moment."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an update changed in the model."""

    parts: frozenset[Part] = frozenset()
    individuals: frozenset[int] = frozenset()
    """The numbers of those that are new or look different now."""

    def __bool__(self) -> bool:
        return bool(self.parts)

    def touches(self, *parts: Part) -> bool:
        """Whether any of some parts changed."""
        return not self.parts.isdisjoint(parts)
