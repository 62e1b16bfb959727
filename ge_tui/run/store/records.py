"""The rows of a run as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ge_tui.evaluation.outcome import Outcome

SEED = 0
"""The number of the un-mutated seed, with which every run begins."""


class Status(StrEnum):
    """Where an individual is in its life."""

    PROPOSING = "proposing"
    """Its slot is taken; its source is being made."""
    WAITING = "waiting"
    """Its source is known; it is to be checked and trained."""
    EVALUATING = "evaluating"
    EVALUATED = "evaluated"
    FAILED = "failed"
    """The check or the training failed; the outcome says how."""
    DUPLICATE = "duplicate"
    """Equal to an individual that is known; linked to it and never trained."""
    REJECTED = "rejected"
    """No usable source came of its slot."""


class Arm(StrEnum):
    """What an individual was made for."""

    EVOLUTION = "evolution"
    BASELINE = "baseline"
    """A change of the seed that knows nothing of the run, for evolution to be compared with."""


TRAINING_ENDED = frozenset({"evaluated", "measured", "pruned", "retrained", "failed", "interrupted"})
"""The kinds of events after which an individual is not in training."""
FINAL = frozenset({Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED})


@dataclass(frozen=True, slots=True)
class RunRow:
    name: str
    created_at: float
    status: str
    status_reason: str
    settings: dict[str, Any]
    task: dict[str, Any]
    data: dict[str, Any]
    objectives: list[dict[str, Any]]
    environment: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class NewIndividual:
    """What is known of an individual when its slot is taken."""

    number: int
    generation: int
    slot: int
    operator: str
    proposer: str
    parents: tuple[int, ...]
    draw: str
    control_seq: int
    persona: str | None = None
    category: str | None = None
    segment: str | None = None
    temperature: float | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndividualRow:
    number: int
    generation: int
    slot: int
    operator: str
    proposer: str
    persona: str | None
    category: str | None
    segment: str | None
    temperature: float | None
    arguments: dict[str, Any]
    draw: str
    control_seq: int
    status: Status
    outcome: Outcome | None
    reason: str
    source_blob: int | None
    syntax_hash: str | None
    fingerprint: str | None
    params: int | None
    duplicate_of: int | None
    lost: int
    created_at: float
    parents: tuple[int, ...] = ()

    @property
    def arm(self) -> Arm:
        return Arm(self.arguments.get("arm", Arm.EVOLUTION))


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    id: int
    individual: int
    recipe: str
    rung: str
    seed: int
    attempt: int
    status: str
    outcome: Outcome | None
    reason: str
    started_at: float
    wall_s: float | None
    cpu_s: float | None
    peak_mb: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How far several trainings of one individual with seeds of their own lie apart."""

    trainings: int
    sd: dict[str, float]
    """The sample's standard deviation, by metric."""


@dataclass(frozen=True, slots=True)
class GenerationRow:
    number: int
    opened_at: float
    closed_at: float | None
    hypervolume: float | None
    front_size: int | None
    children: int | None
    evaluated: int | None
    failed: int | None
    duplicates: int | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    individual: int
    rank: int
    crowding: float
    elite: bool


@dataclass(frozen=True, slots=True)
class ControlRow:
    seq: int
    at: float
    actor: str
    key: str
    old: Any
    new: Any
    request: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    seq: int
    at: float
    kind: str
    individual: int | None
    payload: dict[str, Any]
