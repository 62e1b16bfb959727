"""Successive halving: who goes on to the next rung."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Candidate, Objective, Rung, places
from ge_tui.search.halving import places_for

ACCURACY = (Objective("accuracy", "max"),)
BOTH = (Objective("accuracy", "max"), Objective("params", "min"))


def one(number: int, accuracy: float, params: float = 1.0) -> Candidate:
    return Candidate(number, {"accuracy": accuracy, "params": params})


def test_the_best_third_goes_on_as_results_come_in() -> None:
    """As in Algorithm 2 of ASHA: an earlier one is promoted late, when there is room for it."""
    rung = Rung([], ACCURACY)
    assert rung.arrive(one(1, 0.5), 1 / 3) == [1], "at least one"
    assert rung.arrive(one(2, 0.4), 1 / 3) == []
    assert rung.arrive(one(3, 0.3), 1 / 3) == []
    assert rung.arrive(one(4, 0.2), 1 / 3) == []
    assert rung.arrive(one(5, 0.1), 1 / 3) == []
    assert rung.arrive(one(6, 0.0), 1 / 3) == [2], "two of six"
    assert rung.arrive(one(7, 0.9), 1 / 3) == [7]
    assert rung.place(7) == (1, 7)
    assert rung.place(6) == (7, 7)
    assert rung.place(8) is None


def test_others_take_up_places_and_are_not_promoted() -> None:
    rung = Rung([one(0, 0.9), one(1, 0.8)], ACCURACY)
    assert rung.arrive(one(5, 0.5), 1 / 3) == []
    assert rung.arrive(one(6, 0.95), 1 / 3) == [6]


def test_order_is_by_fronts_then_by_room() -> None:
    rung = Rung([one(0, 0.5, 10)], BOTH)
    assert rung.arrive(one(1, 0.4, 20), 0.5) == [], "dominated"
    assert rung.arrive(one(2, 0.1, 1), 0.5) == [], "on the front; as lonely as 0, which has the lower number"
    assert rung.arrive(one(3, 0.2, 2), 0.5) == [2], "two of four, and 3 lies between others"
    assert rung.place(3) == (3, 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.05, 1))
def test_nobody_is_promoted_twice_and_the_best_always_is(accuracies: list[float], part: float) -> None:
    rung, promoted = Rung([], ACCURACY), list[int]()
    results = [one(number, accuracy) for number, accuracy in enumerate(accuracies)]
    for candidate in results:
        now = rung.arrive(candidate, part)
        assert all(number <= candidate.number for number in now)
        promoted += now
    assert len(promoted) == len(set(promoted))
    best = sorted(places([results], ACCURACY), key=lambda place: place.order)
    assert {place.candidate.number for place in best[: places_for(len(results), part)]} <= set(promoted)


def test_a_result_that_cannot_be_compared_is_never_promoted() -> None:
    rung = Rung([], BOTH)
    assert rung.arrive(Candidate(1, {"accuracy": math.nan, "params": 1.0}), 1.0) == []
    assert rung.arrive(Candidate(2, {"accuracy": 0.5}), 1.0) == []
    assert rung.place(1) is None
    assert rung.arrive(one(3, 0.1), 0.1) == [3]


def test_the_part_is_rounded_down_but_for_rounding_errors() -> None:
    assert [places_for(count, 1 / 3) for count in (1, 2, 3, 5, 6, 9)] == [1, 1, 1, 1, 2, 3]
    assert places_for(10, 0.3) == 3
    assert places_for(7, 1.0) == 7
