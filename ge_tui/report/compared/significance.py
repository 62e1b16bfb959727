"""Whether two samples differ by more than luck. Pure.

Mann & Whitney, "On a test of whether one of two random variables is stochastically larger than the other" (1947), by
all splits of the pooled values, ties by middle ranks: exact however few the runs. The effect is Vargha & Delaney's A
("A critique and improvement of the CL common language effect size statistics", 2000). Several tests of one question
are adjusted after Holm ("A simple sequentially rejective multiple test procedure", 1979).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_EXACT = 40
"""With more values in all, the normal distribution takes the place of counting."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How two samples differ."""

    effect: float
    """A: how often a value of the first is above one of the second, equal ones counted half. 0.5: no difference."""
    p: float
    """Of a difference so large or larger, to either side, where luck alone decides."""
    least: float
    """The least p that samples of these sizes can have."""
    exact: bool


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> Verdict | None:
    """Compare two samples; None where one is empty."""
    if not first or not second:
        return None
    ranks = _double_ranks([*first, *second])
    n, m = len(first), len(second)
    total = sum(ranks[:n])
    u = total / 2 - n * (n + 1) / 2
    if n + m <= _EXACT:
        p, least = _exact(ranks, n, total)
        return Verdict(u / (n * m), p, least, True)
    return Verdict(u / (n * m), _approximate(ranks, n, total), 0.0, False)


def holm(ps: Sequence[float]) -> list[float]:
    """The p of several tests of one question, adjusted so that together they err as seldom as one."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for place, index in enumerate(sorted(range(len(ps)), key=lambda index: ps[index])):
        highest = max(highest, min(1.0, ps[index] * (len(ps) - place)))
        adjusted[index] = highest
    return adjusted


def _double_ranks(values: Sequence[float]) -> list[int]:
    """Twice each value's rank, so that the middle ranks of ties are whole numbers."""
    counts, below, found = Counter(values), 0, dict[float, int]()
    for value in sorted(counts):
        found[value] = 2 * below + counts[value] + 1
        below += counts[value]
    return [found[value] for value in values]


def _exact(ranks: Sequence[int], n: int, total: int) -> tuple[float, float]:
    """By counting the sums that n of the ranks can have."""
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter[int]() for _ in range(n))]
    for rank in ranks:
        for size in range(n, 0, -1):
            for total_before, count in ways[size - 1].items():
                ways[size][total_before + rank] += count
    sums, every = ways[n], math.comb(len(ranks), n)
    middle = n * sum(ranks) / len(ranks)

    def two_sided(distance: float) -> float:
        return sum(count for value, count in sums.items() if abs(value - middle) >= distance - 1e-9) / every

    return two_sided(abs(total - middle)), two_sided(max(abs(value - middle) for value in sums))


def _approximate(ranks: Sequence[int], n: int, total: int) -> float:
    """By the normal distribution, corrected for ties and for continuity."""
    every = len(ranks)
    mean = sum(ranks) / every
    variance = sum((rank - mean) ** 2 for rank in ranks) / (every - 1) * n * (every - n) / every
    if not variance:
        return 1.0
    return math.erfc(max(0.0, abs(total - n * mean) - 1) / math.sqrt(2 * variance))
