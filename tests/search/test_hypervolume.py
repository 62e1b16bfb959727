from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from ge_tui.search import Candidate, Objective, contributions, dominates, front, hypervolume

from .strategies import check, network, objective_lists, populations

FOUR = [network(1, 90, 2e6), network(2, 88, 5e5), network(3, 80, 5e4), network(4, 60, 8e3)]
PERCENT = Objective("accuracy", "max", reference=10)
LOG = (PERCENT, Objective("params", "min", "log10", reference=1e7))
RAW = (PERCENT, Objective("params", "min", reference=1e7))


def test_by_hand() -> None:
    assert hypervolume([network(1, 60, 1e5)], LOG) == pytest.approx(50 * 2)
    assert hypervolume([network(1, 60, 1e5), network(2, 30, 1e3)], LOG) == pytest.approx(50 * 2 + 20 * 2)


@pytest.mark.parametrize(("objectives", "shares"), [(RAW, [41, 31, 23, 5]), (LOG, [2, 7, 30, 60])])
def test_the_scale_decides_who_counts(objectives, shares) -> None:
    values = contributions(FOUR, objectives)
    assert [round(100 * value / sum(values)) for value in values] == shares


def test_a_reference_near_the_seed_keeps_tiny_bad_networks_from_counting() -> None:
    objectives = (replace(PERCENT, reference=83.0), replace(LOG[1], reference=2e6))
    assert [value > 0 for value in contributions(FOUR, objectives)] == [False, True, False, False]


def test_nothing_inside_the_reference_box_is_zero() -> None:
    outside = [network(1, 10, 1e3), network(2, 9, 1e3), network(3, 50, 1e7), network(4, 99, 2e7)]
    assert hypervolume(outside, LOG) == 0
    assert hypervolume([], LOG) == 0
    assert contributions(outside, LOG) == [0, 0, 0, 0]
    assert contributions([], LOG) == []


def test_of_copies_the_best_by_tie_break_then_number_holds_the_contribution() -> None:
    objectives = (replace(PERCENT, tie_break="loss"), LOG[1])
    copies = [network(3, 60, 1e5, 0.2), network(2, 60, 1e5, 0.1), network(1, 60, 1e5, 0.1)]
    assert contributions(copies, objectives) == [0, 0, pytest.approx(100)]


def test_a_member_of_the_front_by_tie_break_alone_has_no_area() -> None:
    objectives = (replace(PERCENT, tie_break="loss"), LOG[1])
    pair = [network(1, 60, 1e6, 0.1), network(2, 60, 1e5, 0.2)]
    assert front(pair, objectives) == pair
    assert contributions(pair, objectives) == [0, pytest.approx(100)]


def test_without_a_reference_there_is_none() -> None:
    for measure in (hypervolume, contributions):
        with pytest.raises(ValueError, match="'params' has no reference"):
            measure(FOUR, (PERCENT, Objective("params", "min")))


def test_one_objective() -> None:
    assert hypervolume(FOUR, LOG[:1]) == 80
    assert contributions(FOUR, LOG[:1]) == [80, 0, 0, 0]


def near(value: float, scale: float = 0.0) -> float:
    return pytest.approx(value, rel=1e-9, abs=1e-9 * max(1.0, abs(scale)))


@check
@given(populations(), objective_lists(references=True))
def test_a_new_point_never_takes_away(candidates, objectives):
    volumes = [hypervolume(candidates[:n], objectives) for n in range(len(candidates) + 1)]
    for before, after in pairwise(volumes):
        assert after >= before or after == near(before)


@check
@given(populations(), objective_lists(references=True))
def test_only_the_front_counts(candidates, objectives):
    best = front(candidates, objectives)
    volume = hypervolume(candidates, objectives)
    assert hypervolume(best, objectives) == near(volume)
    for candidate, value in zip(candidates, contributions(candidates, objectives), strict=True):
        assert 0 <= value <= volume or value == near(volume)
        if any(dominates(other, candidate, objectives) for other in candidates):
            assert value == near(0, volume)


@check
@given(populations(), objective_lists(references=True))
def test_a_contribution_is_what_would_be_lost(candidates, objectives):
    objectives = [replace(o, tie_break=None) for o in objectives]
    firsts: dict[tuple[float, ...], Candidate] = {}
    for candidate in front(candidates, objectives):
        firsts.setdefault(tuple(candidate.metrics[o.name] for o in objectives), candidate)
    distinct = list(firsts.values())
    volume = hypervolume(distinct, objectives)
    for i, value in enumerate(contributions(distinct, objectives)):
        rest = hypervolume(distinct[:i] + distinct[i + 1 :], objectives)
        assert value == near(volume - rest, volume)
