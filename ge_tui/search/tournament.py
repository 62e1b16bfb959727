"""Who becomes a parent: binary tournaments by the crowded comparison of NSGA-II.

Deb, Pratap, Agarwal & Meyarivan (2002), §III.B: the better front wins, then the larger crowding distance,
then the draw. The usual DCD scheme deals permutations and so needs a multiple of four candidates; here each
slot draws for itself, which works for any number and lets slots be filled in any order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from ge_tui.search.objectives import Candidate, Objective
from ge_tui.search.tiers import places


def tournament(
    candidates: Sequence[Candidate],
    objectives: Sequence[Objective],
    count: int,
    draw: Callable[[int], random.Random],
    behind: Sequence[Sequence[Candidate]] = (),
) -> list[Candidate]:
    """Parents for the slots 0 to `count` - 1, repeats possible.

    Slot i draws from `draw(i)` alone, and the order in which candidates are given changes nothing, so a
    larger `count` begins with the parents of a smaller one. Only comparable candidates take part; a lone
    one is always chosen. `behind` are tiers of more candidates that lose against all before them. Raises
    ValueError where there is none.
    """
    entrants = places([candidates, *behind], objectives)
    if not entrants:
        raise ValueError(f"no parent to choose: none of the {len(candidates)} candidates has all its objectives")
    standing = [(place.rank, -place.room) for place in entrants]
    return [entrants[_duel(standing, draw(slot))].candidate for slot in range(count)]


def _duel(standing: Sequence[tuple[int, float]], rng: random.Random) -> int:
    """The better of two different entrants; a smaller standing is better.

    The first is drawn as readily as the second, so between equals it may stay the winner. Only `random()` is
    called: it alone gives the same numbers in every version of Python.
    """
    count = len(standing)
    if count == 1:
        return 0
    first = int(rng.random() * count)
    second = int(rng.random() * (count - 1))
    second += second >= first
    return second if standing[second] < standing[first] else first
