"""A few that stand for all: the environmental selection of SPEA2.

After Zitzler, Laumanns & Thiele, "SPEA2: Improving the Strength Pareto Evolutionary Algorithm" (2001), TIK
report 103: strength, raw fitness and the density by the k-th nearest neighbour (§3.1), truncation (§3.2).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import isqrt

from ge_tui.search.objectives import Candidate, Objective, distinct, is_comparable, unit_columns
from ge_tui.search.ranking import ordinals


def spea2(candidates: Sequence[Candidate], objectives: Sequence[Objective], size: int) -> list[Candidate]:
    """At most `size` comparable candidates, best first; the order they are given in changes nothing.

    Distances are Euclidean, each objective in scaled units as a share of its range. Unlike the paper, an
    exact copy of an earlier candidate has no part in the selection: it only fills places that no distinct
    candidate wants, since a run makes many copies and they would raise each other's strength.
    Raises ValueError where `size` is negative.
    """
    if size < 0:
        raise ValueError(f"SPEA2 was asked for {size} candidates")
    comparable = [candidate for candidate in candidates if is_comparable(candidate, objectives)]
    comparable.sort(key=lambda candidate: candidate.number)
    if not comparable:
        return []
    firsts = distinct(comparable, objectives)
    chosen = _select([comparable[first] for first in firsts], objectives, size)
    copies = [comparable[position] for position in sorted(set(range(len(comparable))) - set(firsts))]
    return [*chosen, *copies][:size]


def _select(pool: Sequence[Candidate], objectives: Sequence[Objective], size: int) -> list[Candidate]:
    """SPEA2 among distinct candidates sorted by number."""
    import numpy as np  # noqa: PLC0415  (a tenth of a second, which screens do without)

    places = ordinals(pool, objectives)
    # No two are equal: no worse throughout is dominance.
    no_worse = np.all(places[:, None, :] <= places[None, :, :], axis=2)
    dominance = no_worse & ~np.eye(len(pool), dtype=bool)
    strength = dominance.sum(axis=1)
    raw = strength @ dominance  # the strengths of all that dominate it; 0 for the front

    points = np.array(unit_columns(pool, objectives)).T
    distances = np.sqrt(((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2))
    k = min(isqrt(len(pool)), len(pool) - 1)
    density = 1 / (np.sort(distances, axis=1)[:, k] + 2)  # column 0 is the distance to itself

    fitness: list[float] = (raw + density).tolist()
    order = sorted(range(len(pool)), key=lambda i: (fitness[i], i))
    members = [i for i in order if raw[i] == 0]
    kept = set(_truncate(members, distances.tolist(), size) if len(members) > size else order[:size])
    return [pool[i] for i in order if i in kept]


def _truncate(members: Sequence[int], distances: Sequence[Sequence[float]], size: int) -> list[int]:
    """Drop the member nearest to another, by its next neighbours where equal, until `size` are left."""
    neighbours = {i: sorted(distances[i][j] for j in members if j != i) for i in members}
    while len(neighbours) > size:
        # Of two with the same neighbourhood the newer goes.
        victim = min(neighbours, key=lambda i: (neighbours[i], -i))
        del neighbours[victim]
        row = distances[victim]
        for i, near in neighbours.items():
            del near[bisect_left(near, row[i])]
    return list(neighbours)
