"""What comes out of an evaluation: validated data, whatever the genome did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ge_tui.evaluation.outcome import Outcome


@dataclass(frozen=True, slots=True)
class ModuleShape:
    """One module of a network in the order of the forward pass."""

    path: str
    kind: str
    """The class name."""
    shape: tuple[int, ...]
    """Of its output, the batch first."""
    params: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a child goes through before training."""

    outcome: Outcome
    reason: str = ""
    params: int | None = None
    flops: int | None = None
    """Floating point operations of one image's forward pass."""
    shapes: tuple[ModuleShape, ...] = ()
    fingerprint: str | None = None
    """The hash of two seeded training steps: equal networks, equal fingerprints."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of a learning curve."""

    step: int
    epoch: float
    train_loss: float
    accuracy: float | None = None
    """On the validation part, 0 to 1."""
    loss: float | None = None
    """Cross-entropy on the validation part, nats."""


@dataclass(frozen=True, slots=True)
class TrainReport:
    """One training of one genome at one fidelity with one seed."""

    outcome: Outcome
    reason: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    """By name; `accuracy`, `loss` and `params` are there whenever the outcome is ok."""
    curve: tuple[CurvePoint, ...] = ()
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    output: str = ""
    """The end of what the genome printed."""
    weights: bytes = field(default=b"", repr=False, compare=False)
    """Of the network as it was at the end, in the safetensors format."""


class OnProgress(Protocol):
    """Called for each point of the curve as it is measured."""

    def __call__(self, point: CurvePoint, /) -> None: ...
