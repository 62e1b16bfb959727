"""What is sought, and who can be compared by it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Key = tuple[float, float]
"""A candidate's place in one objective, smaller is better: (signed raw value, tie break)."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A metric to make large or small. Raises ValueError where the fields contradict each other."""

    name: str
    direction: Literal["max", "min"]
    scale: Literal["linear", "log10"] = "linear"
    """How distances and areas are measured; ranks are the same on either scale."""
    tie_break: str | None = None
    """A metric, minimised, that decides between equal values: validation cross-entropy for accuracy, say."""
    reference: float | None = None
    """The hypervolume's reference value in raw units, frozen once for a run."""

    @property
    def sign(self) -> int:
        """1 where larger is better, else -1: times a value, the higher the better."""
        return 1 if self.direction == "max" else -1

    def __post_init__(self) -> None:
        if self.direction not in ("max", "min"):
            raise ValueError(f"objective '{self.name}': direction is '{self.direction}', not 'max' or 'min'")
        if self.scale not in ("linear", "log10"):
            raise ValueError(f"objective '{self.name}': scale is '{self.scale}', not 'linear' or 'log10'")
        if self.reference is not None and not _is_usable(self.reference, self):
            wanted = "a finite number above 0" if self.scale == "log10" else "a finite number"
            raise ValueError(f"objective '{self.name}': reference is {self.reference}, not {wanted}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What selection knows of an individual."""

    number: int
    """The individual's number in its run: the last, stable tie break."""
    metrics: Mapping[str, float] = field(hash=False)
    """By name, in raw units; may lack some or hold NaN."""
    stage: int = 0
    """0: evaluated. Above: how early it failed. An import error is worse than a divergence."""


def is_comparable(candidate: Candidate, objectives: Sequence[Objective]) -> bool:
    """Whether every objective can be read: evaluated, present, finite, and above 0 on a log10 scale.

    This gate stands in front of every computation, for libraries rank a point with a NaN first.
    Raises ValueError where there are no objectives.
    """
    if not objectives:
        raise ValueError("no objectives: selection needs at least one")
    return candidate.stage == 0 and all(
        _is_usable(candidate.metrics.get(objective.name), objective) for objective in objectives
    )


def keys(candidate: Candidate, objectives: Sequence[Objective]) -> tuple[Key, ...]:
    """A comparable candidate's key in each objective. Equal keys throughout: an exact copy."""
    return tuple(_key(candidate, objective) for objective in objectives)


def cost(value: float, objective: Objective) -> float:
    """A raw value in scaled units, smaller is better; differences of costs are distances."""
    scaled = math.log10(value) if objective.scale == "log10" else value
    return -objective.sign * scaled


def unit_columns(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[list[float]]:
    """For each objective the costs of comparable candidates, shifted and divided to fill 0 to 1.

    A column without any spread is all zeros.
    """
    columns = []
    for objective in objectives:
        # Halved, so that the range of two finite numbers is finite.
        costs = [cost(candidate.metrics[objective.name], objective) / 2 for candidate in candidates]
        low = min(costs, default=0.0)
        spread = max(costs, default=0.0) - low
        columns.append([(value - low) / spread if spread else 0.0 for value in costs])
    return columns


def distinct(candidates: Sequence[Candidate], objectives: Sequence[Objective]) -> list[int]:
    """The positions of comparable candidates without the later (by number) copies of an earlier one."""
    firsts: dict[tuple[Key, ...], int] = {}
    for position in sorted(range(len(candidates)), key=lambda position: candidates[position].number):
        firsts.setdefault(keys(candidates[position], objectives), position)
    return sorted(firsts.values())


def _key(candidate: Candidate, objective: Objective) -> Key:
    value = candidate.metrics[objective.name]
    tie = math.inf
    if objective.tie_break is not None:
        tie = candidate.metrics.get(objective.tie_break, math.inf)
        if not math.isfinite(tie):  # missing, NaN and both infinities: last among equals
            tie = math.inf
    return (-objective.sign * value, tie)


def _is_usable(value: float | None, objective: Objective) -> bool:
    return value is not None and math.isfinite(value) and (objective.scale == "linear" or value > 0)
