"""What a few measurements say: means, deviations, and the interval of a difference. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Summary:
    """Several measurements of one figure."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their arithmetic mean."""
        return mean(self.values)

    @property
    def sd(self) -> float | None:
        """The sample's standard deviation; None of one value."""
        return stdev(self.values) if len(self.values) > 1 else None


@dataclass(frozen=True, slots=True)
class Difference:
    """How far one sample lies above another, pair by pair."""

    mean: float
    low: float | None
    """Of the interval; None where one pair is all there is."""
    high: float | None
    pairs: int

    @property
    def error(self) -> float:
        """The standard error of the mean; 0 where one pair is all there is."""
        if self.low is None or self.high is None:
            return 0.0
        return (self.high - self.low) / 2 / t_quantile(self.pairs - 1)


def paired_difference(one: Sequence[float], other: Sequence[float]) -> Difference:
    """`one` minus `other`, pair by pair, with Student's t interval of the mean (95 %)."""
    gaps = [a - b for a, b in zip(one, other, strict=True)]
    middle = mean(gaps)
    if len(gaps) < 2:
        return Difference(middle, None, None, len(gaps))
    half = t_quantile(len(gaps) - 1) * stdev(gaps) / math.sqrt(len(gaps))
    return Difference(middle, middle - half, middle + half, len(gaps))


def t_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Student's t that leaves out (1 - confidence) on both sides together."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if _inside(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return high


def _inside(t: float, degrees: int) -> float:
    """The probability of a value between -t and t (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(degrees))
    square = math.cos(angle) ** 2
    if degrees % 2:
        term = total = math.cos(angle) if degrees > 1 else 0.0
        for k in range(3, degrees, 2):
            term *= square * (k - 1) / k
            total += term
        return 2 / math.pi * (angle + math.sin(angle) * total)
    term = total = 1.0
    for k in range(2, degrees, 2):
        term *= square * (k - 1) / k
        total += term
    return math.sin(angle) * total
