"""Standings of candidates that were not all measured alike: tier behind tier, each ranked among its own.

Figures of two tiers are never compared: whoever stands in a later tier comes after everyone in the ones before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.search.crowding import crowding
from ge_tui.search.objectives import Candidate, Objective, is_comparable
from ge_tui.search.ranking import rank


@dataclass(frozen=True, slots=True)
class Place:
    """Where a candidate stands."""

    candidate: Candidate
    rank: int
    """Of its front, counted over all tiers; 0 is the best."""
    room: float
    """Its crowding distance in its front."""

    @property
    def order(self) -> tuple[int, float, int]:
        """The crowded comparison of NSGA-II, and the number where that leaves a tie; smaller is better."""
        return self.rank, -self.room, self.candidate.number


def places(tiers: Sequence[Sequence[Candidate]], objectives: Sequence[Objective]) -> list[Place]:
    """The place of each comparable candidate, tier by tier, within a tier by number. The best tier comes first."""
    found: list[Place] = []
    behind = 0
    for tier in tiers:
        able = sorted((c for c in tier if is_comparable(c, objectives)), key=lambda c: c.number)
        ranks = rank(able, objectives)
        rooms = crowding(able, ranks, objectives)
        found += [Place(c, behind + value, room) for c, value, room in zip(able, ranks, rooms, strict=True)]
        behind += max(ranks, default=-1) + 1
    return found
