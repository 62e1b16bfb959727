"""Who is worth more training: successive halving over the non-dominated order, asynchronously.

Successive halving: Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization"
(AISTATS 2016). Asynchronous (ASHA): Li, Jamieson, Rostamizadeh, Gonina, Hardt, Recht & Talwalkar, "A system for
massively parallel hyperparameter tuning" (2018; MLSys 2020), Algorithm 2: whenever a result comes in, all that now
stand in the best 1/eta of their rung and were not promoted yet are promoted. Here the order at a rung is that of
NSGA-II, by fronts and then by room, in place of one loss.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ge_tui.search.objectives import Candidate, Objective, is_comparable
from ge_tui.search.tiers import Place, places

_ROUNDING = 1e-9


class Rung:
    """The results at one rung of fidelity, and who goes on from it to the next.

    `others` are compared with and not promoted. What is decided follows from the order of arrival alone.
    """

    def __init__(self, others: Iterable[Candidate], objectives: Sequence[Objective]) -> None:
        self._objectives = tuple(objectives)
        self._results = [candidate for candidate in others if is_comparable(candidate, self._objectives)]
        self._waiting: set[int] = set()

    def arrive(self, candidate: Candidate, part: float) -> list[int]:
        """Take in a result; the numbers of those to be promoted now, the best first.

        They are those in the best `part` of all results here, rounded down but at least one, that were not
        promoted before. What is not comparable (a NaN, a missing metric) is never promoted and counts for nothing.
        """
        if not is_comparable(candidate, self._objectives):
            return []
        self._results.append(candidate)
        self._waiting.add(candidate.number)
        best = self._order()[: places_for(len(self._results), part)]
        promoted = [place.candidate.number for place in best if place.candidate.number in self._waiting]
        self._waiting.difference_update(promoted)
        return promoted

    def place(self, number: int) -> tuple[int, int] | None:
        """How an individual stands here, from 1, and among how many; None for one without a result."""
        numbers = [place.candidate.number for place in self._order()]
        return (numbers.index(number) + 1, len(numbers)) if number in numbers else None

    def _order(self) -> list[Place]:
        return sorted(places([self._results], self._objectives), key=lambda place: place.order)


def places_for(count: int, part: float) -> int:
    """How many of so many results may go on: the part, rounded down, but at least one."""
    return max(1, math.floor(count * part + _ROUNDING))
