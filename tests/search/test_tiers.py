"""Tier behind tier: what was measured less is never compared with what was measured more."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Candidate, Objective, crowding, places, rank, tournament

OBJECTIVES = (Objective("accuracy", "max"), Objective("params", "min", "log10"))
values = st.tuples(st.floats(0, 1), st.floats(1, 1e6))


def candidates(points: list[tuple[float, float]], first: int = 0) -> list[Candidate]:
    return [Candidate(first + i, {"accuracy": a, "params": p}) for i, (a, p) in enumerate(points)]


@given(st.lists(values, max_size=8), st.lists(values, max_size=8))
def test_every_place_of_a_tier_comes_before_all_of_the_next(
    upper: list[tuple[float, float]], lower: list[tuple[float, float]]
) -> None:
    first, second = candidates(upper), candidates(lower, 100)
    found = places([first, second], OBJECTIVES)
    assert [place.candidate for place in found] == [*first, *second]
    ranks = rank(first, OBJECTIVES)
    assert [place.rank for place in found[: len(first)]] == ranks
    assert [place.room for place in found[: len(first)]] == crowding(first, ranks, OBJECTIVES)
    behind = max(ranks, default=-1) + 1
    assert [place.rank - behind for place in found[len(first) :]] == rank(second, OBJECTIVES)


def test_what_cannot_be_compared_has_no_place() -> None:
    broken = Candidate(1, {"accuracy": math.nan, "params": 1.0})
    assert places([[broken], candidates([(0.5, 10)])], OBJECTIVES)[0].rank == 0


@pytest.mark.parametrize("seed", range(20))
def test_who_stands_behind_becomes_a_parent_only_against_its_like(seed: int) -> None:
    poor, better_but_behind = candidates([(0.1, 1000)]), candidates([(0.9, 10), (0.8, 10)], 100)
    chosen = tournament(poor, OBJECTIVES, 10, lambda slot: random.Random(f"{seed}/{slot}"), [better_but_behind])
    numbers = {candidate.number for candidate in chosen}
    assert 101 not in numbers, "it is worse than 100 and stands behind 0"
    assert numbers <= {0, 100}
