"""Where the language model lives while networks are trained. Pure: facts in, a decision with its reason out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How a model and the trainings share a machine."""

    RESIDENT = "resident"
    """The model stays loaded while networks are trained."""
    PHASED = "phased"
    """All children of a generation are made first; then the model is unloaded, and they are trained."""
    CPU = "cpu"
    """The model runs on the CPU, the trainings have the GPU for themselves."""


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU."""

    name: str
    total_mb: int
    free_mb: int
    trains: bool = True
    """Whether trainings may run on it."""


@dataclass(frozen=True, slots=True)
class Housed:
    """A model that needs a place."""

    name: str
    mb: int
    """Weights, window and working memory."""
    loaded_mb: int = 0
    """What it has on a GPU already."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a run begins."""

    models: tuple[Housed, ...]
    device: str
    """Of the trainings: cpu, cuda or mps."""
    slots: int
    """Trainings at once."""
    training_mb: int
    """What one training may need on a GPU."""
    cards: tuple[Card, ...] = ()
    """Empty where nothing tells of their memory."""
    elsewhere: str = ""
    """Why the models do not use this machine's memory; empty where they do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How a session of a run works, and why."""

    mode: Mode
    reason: str


_WORTH_IT = 0.5
"""With less of a model than this on the GPU, it writes hardly faster there than on the CPU."""


def decide(wish: str, situation: Situation) -> Decision:
    """`wish` is a mode, or `auto`.

    Ollama takes the card with the most free memory, and fills main memory with what does not fit: such a model is ten
    times slower for as long as it is loaded. So it stays beside the trainings only where both fit.
    """
    if wish != "auto":
        return Decision(Mode(wish), "as ollama.residency says")
    if situation.elsewhere:
        return Decision(Mode.RESIDENT, situation.elsewhere)
    if situation.device == "cpu":
        return Decision(Mode.RESIDENT, "networks are trained on the CPU")
    if not situation.cards:
        why = "networks are trained on the GPU, and nothing here tells how much of its memory is free"
        return Decision(Mode.PHASED, why)
    return _on_cards(situation)


def _on_cards(situation: Situation) -> Decision:
    card = max(situation.cards, key=lambda one: one.free_mb)
    free = min(card.total_mb, card.free_mb + sum(model.loaded_mb for model in situation.models))
    together, largest = sum(model.mb for model in situation.models), max(model.mb for model in situation.models)
    trained_on = max(1, sum(one.trains for one in situation.cards))
    trainings = math.ceil(situation.slots / trained_on) if card.trains else 0
    named = " and ".join(model.name for model in situation.models)
    what = f"{named} ({_gb(together)})"
    room = f"{card.name} has {_gb(free)} free"
    if not card.trains and together <= free:
        return Decision(Mode.RESIDENT, f"no network is trained on {card.name}, which has room for {what}")
    beside = f"{trainings} training{'s' * (trainings > 1)} at once ({_gb(trainings * situation.training_mb)})"
    if together + trainings * situation.training_mb <= free:
        return Decision(Mode.RESIDENT, f"{room}: enough for {what} beside {beside}")
    if largest <= free:
        return Decision(Mode.PHASED, f"{room}: not enough for {what} beside {beside}")
    if free >= _WORTH_IT * largest:
        return Decision(Mode.PHASED, f"{room}: not even enough for {what} alone, a part of it stays in main memory")
    return Decision(Mode.CPU, f"{room}: less than half of what {what} needs")


def _gb(mb: int) -> str:
    return f"{mb / 1024:.1f} GB"
