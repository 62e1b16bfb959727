"""How much room a candidate has among its peers.

Crowding distance after Deb, Pratap, Agarwal & Meyarivan (2002), §III.B.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ge_tui.search.objectives import Candidate, Objective, distinct, is_comparable, keys, unit_columns


def crowding(candidates: Sequence[Candidate], ranks: Sequence[int], objectives: Sequence[Objective]) -> list[float]:
    """The crowding distance of each candidate in its front, aligned with `candidates`; larger is lonelier.

    `ranks` are those of `rank()`. The ends of a front get infinity; the others the sum, over the objectives,
    of the gap between their neighbours in scaled units, as a share of the front's range. Later copies of a
    candidate and failed ones get 0.
    """
    fronts: dict[int, list[int]] = {}
    for position, (candidate, value) in enumerate(zip(candidates, ranks, strict=True)):
        if is_comparable(candidate, objectives):
            fronts.setdefault(value, []).append(position)
    distances = [0.0] * len(candidates)
    for positions in fronts.values():
        members = [candidates[position] for position in positions]
        firsts = distinct(members, objectives)
        room = _distances([members[first] for first in firsts], objectives)
        for first, distance in zip(firsts, room, strict=True):
            distances[positions[first]] = distance
    return distances


def _distances(members: Sequence[Candidate], objectives: Sequence[Objective]) -> list[float]:
    """Crowding distances within one front without copies."""
    if len(members) <= 2:
        return [math.inf] * len(members)
    distances = [0.0] * len(members)
    member_keys = [keys(member, objectives) for member in members]
    for index, column in enumerate(unit_columns(members, objectives)):
        # The whole key settles equal values, so that the order in which candidates come changes nothing.
        order = sorted(range(len(members)), key=lambda i: (member_keys[i][index], member_keys[i]))
        distances[order[0]] = distances[order[-1]] = math.inf
        for before, middle, after in zip(order, order[1:], order[2:], strict=False):
            distances[middle] += column[after] - column[before]
    return distances
