import math
import random
from itertools import permutations

import pytest
from hypothesis import given

from ge_tui.search import Candidate, Objective, crowding, is_comparable, rank

from .strategies import TWO, check, network, numbers, objective_lists, populations

XY = (Objective("x", "min"), Objective("y", "min"))


def points(*pairs: tuple[float, float]) -> list[Candidate]:
    return [Candidate(i, {"x": x, "y": y}) for i, (x, y) in enumerate(pairs)]


def room(candidates, objectives):
    return crowding(candidates, rank(candidates, objectives), objectives)


def test_by_hand() -> None:
    candidates = points((0, 10), (1, 6), (4, 2), (10, 0), (11, 11))
    # (1, 6): (4 - 0) / 10 + (10 - 2) / 10; (4, 2): (10 - 1) / 10 + (6 - 0) / 10; (11, 11) has front 1 alone.
    assert room(candidates, XY) == [math.inf, pytest.approx(1.2), pytest.approx(1.5), math.inf, math.inf]


def test_a_log_scale_measures_in_factors() -> None:
    candidates = [network(i, 0.6 + 0.1 * i, 10 ** (3 + i)) for i in range(4)]
    assert room(candidates, TWO) == [math.inf, pytest.approx(4 / 3), pytest.approx(4 / 3), math.inf]


def test_later_copies_and_failures_get_nothing_and_do_not_move_the_others() -> None:
    candidates = points((0, 10), (1, 6), (4, 2), (10, 0))
    plain = room(candidates, XY)
    more = [
        *candidates,
        Candidate(8, {"x": 1, "y": 6}),
        Candidate(9, {"x": 0, "y": 10}),
        Candidate(10, {"x": 1}),
    ]
    assert room(more, XY) == [*plain, 0, 0, 0]
    assert room(more[::-1], XY) == [0, 0, 0, *plain[::-1]]  # later by number, not by place


def test_one_two_and_none() -> None:
    assert room([], XY) == []
    assert room(points((1, 1)), XY) == [math.inf]
    assert room(points((1, 2), (2, 1)), XY) == [math.inf, math.inf]


def test_equal_values_in_one_of_three_objectives_do_not_depend_on_the_order() -> None:
    objectives = (*XY, Objective("z", "min"))
    corners = [(0, 0, 9), (0, 4, 4), (0, 9, 0), (3, 2, 5)]
    candidates = [Candidate(i, dict(zip("xyz", corner, strict=True))) for i, corner in enumerate(corners)]
    expected = dict(zip(candidates, room(candidates, objectives), strict=True))
    # (0, 4, 4): its neighbours in x are its equals; in y 2 and 9, in z 0 and 5, each range 9.
    assert expected[candidates[1]] == pytest.approx(7 / 9 + 5 / 9)
    for order in permutations(candidates):
        assert room(order, objectives) == [expected[candidate] for candidate in order]


def test_the_worst_in_one_objective_is_an_end_too() -> None:
    objectives = (*XY, Objective("z", "min"))
    corners = [(0, 5, 5), (5, 0, 5), (5, 5, 0), (6, 3, 3), (4, 4, 4)]
    candidates = [Candidate(i, dict(zip("xyz", corner, strict=True))) for i, corner in enumerate(corners)]
    assert [math.isinf(distance) for distance in room(candidates, objectives)] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_values_at_the_ends_of_the_floats_stay_numbers() -> None:
    candidates = points((-1.7e308, 1.7e308), (0, 0), (1.7e308, -1.7e308))
    assert room(candidates, XY) == [math.inf, pytest.approx(2), math.inf]


@check
@given(populations(), objective_lists())
def test_never_nan_never_negative_and_failed_get_zero(candidates, objectives):
    for candidate, distance in zip(candidates, room(candidates, objectives), strict=True):
        assert distance >= 0
        assert is_comparable(candidate, objectives) or distance == 0


@check
@given(populations(), objective_lists())
def test_the_order_of_candidates_changes_nothing(candidates, objectives):
    distances = dict(zip(numbers(candidates), room(candidates, objectives), strict=True))
    shuffled = random.Random(2).sample(candidates, len(candidates))
    assert room(shuffled, objectives) == [distances[c.number] for c in shuffled]


@check
@given(populations(), objective_lists())
def test_every_front_has_an_end(candidates, objectives):
    ranks = rank(candidates, objectives)
    distances = crowding(candidates, ranks, objectives)
    for value in {r for c, r in zip(candidates, ranks, strict=True) if is_comparable(c, objectives)}:
        assert math.inf in [distance for distance, r in zip(distances, ranks, strict=True) if r == value]
