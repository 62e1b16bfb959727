import math
import random
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ge_tui.search import draw, is_comparable, tournament

from .strategies import TWO, check, healthy, network, numbers, objective_lists, populations


def seeded(slot: int) -> random.Random:
    return draw(11, 3, slot, "parent")


@check
@given(populations(), objective_lists(), st.integers(0, 9))
def test_any_number_of_survivors_and_slots(candidates, objectives, count):
    assume(any(is_comparable(c, objectives) for c in candidates))
    parents = tournament(candidates, objectives, count, seeded)
    assert len(parents) == count
    assert all(is_comparable(parent, objectives) for parent in parents)


@check
@given(healthy(fewest=1), objective_lists(), st.integers(0, 9), st.integers(0, 9))
def test_each_slot_stands_for_itself(candidates, objectives, few, more):
    few, more = sorted((few, more))
    parents = tournament(candidates, objectives, more, seeded)
    assert tournament(candidates, objectives, few, seeded) == parents[:few]
    for slot in range(more):
        assert tournament(candidates, objectives, 1, lambda _, slot=slot: seeded(slot)) == [parents[slot]]


@check
@given(healthy(fewest=1), objective_lists())
def test_the_order_of_candidates_changes_nothing(candidates, objectives):
    shuffled = random.Random(4).sample(candidates, len(candidates))
    assert tournament(shuffled, objectives, 8, seeded) == tournament(candidates, objectives, 8, seeded)


@pytest.mark.parametrize("survivors", [1, 2, 3, 5, 6, 7])
def test_numbers_that_are_no_multiple_of_four(survivors: int) -> None:
    # The original raised ValueError with 3, 6 or 7 survivors of a population of 8.
    candidates = [network(i, 0.1 * i, 10 * i + 1) for i in range(survivors)]
    assert len(tournament(candidates, TWO, 8, seeded)) == 8


def test_a_lone_survivor_is_always_chosen_and_failures_never() -> None:
    lone = network(5, 0.5, 10)
    failed = [network(1, math.nan, 1), network(2, 0.9, 1, stage=2)]
    assert tournament([*failed, lone], TWO, 5, seeded) == [lone] * 5


def test_no_survivor_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="none of the 0 candidates"):
        tournament([], TWO, 1, seeded)
    with pytest.raises(ValueError, match="none of the 1 candidates"):
        tournament([network(1, 0.5, 10, stage=1)], TWO, 1, seeded)


def test_the_better_front_wins_and_the_worst_never_does() -> None:
    candidates = [network(1, 0.9, 10), network(2, 0.8, 20), network(3, 0.7, 30)]
    won = Counter(numbers(tournament(candidates, TWO, 3000, seeded)))
    # Three pairs are equally likely: 1 is in two of them, 2 beats 3 in the last.
    assert won[3] == 0
    assert won[1] == pytest.approx(2000, rel=0.07)


def test_within_a_front_room_wins_and_a_copy_loses() -> None:
    front = [network(1, 0.5, 10), network(2, 0.6, 11), network(3, 0.61, 12), network(4, 0.9, 1000)]
    won = Counter(numbers(tournament([*front, network(5, 0.61, 12)], TWO, 4000, seeded)))
    assert won[5] == 0
    assert min(won[1], won[4]) > max(won[2], won[3]) > 0


def test_between_equals_both_have_the_same_chance() -> None:
    won = Counter(numbers(tournament([network(1, 0.5, 10), network(2, 0.6, 20)], TWO, 4000, seeded)))
    assert won[1] == pytest.approx(2000, rel=0.07)
