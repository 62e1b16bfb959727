import math
import random
from dataclasses import replace

import pytest
from hypothesis import given

from ge_tui.search import Candidate, Objective, dominates, front, is_comparable, rank

from .strategies import TWO, check, healthy, network, numbers, objective_lists, populations


def better(a: Candidate, b: Candidate, objective: Objective) -> bool:
    """The definition in words: a larger (smaller) value, or the same and a smaller finite tie break."""
    x, y = a.metrics[objective.name], b.metrics[objective.name]
    if x != y:
        return x > y if objective.direction == "max" else x < y
    ties = [c.metrics.get(objective.tie_break, math.nan) if objective.tie_break else math.nan for c in (a, b)]
    if math.isfinite(ties[0]):
        return ties[0] < ties[1] or not math.isfinite(ties[1])
    return False


def naive_dominates(a: Candidate, b: Candidate, objectives: tuple[Objective, ...]) -> bool:
    usable = is_comparable(a, objectives), is_comparable(b, objectives)
    if usable == (True, True):
        return any(better(a, b, o) for o in objectives) and not any(better(b, a, o) for o in objectives)
    return usable == (True, False) or (usable == (False, False) and a.stage < b.stage)


def naive_rank(candidates: list[Candidate], objectives: tuple[Objective, ...]) -> list[int]:
    ranks: dict[int, int] = {}
    value = 0
    while left := [i for i in range(len(candidates)) if i not in ranks]:
        best = [i for i in left if not any(naive_dominates(candidates[j], candidates[i], objectives) for j in left)]
        ranks |= dict.fromkeys(best, value)
        value += 1
    return [ranks[i] for i in range(len(candidates))]


@check
@given(populations(), objective_lists())
def test_ranks_agree_with_the_definition(candidates, objectives):
    assert rank(candidates, objectives) == naive_rank(candidates, objectives)


@check
@given(populations(most=5), objective_lists())
def test_dominance_agrees_with_the_definition(candidates, objectives):
    for a in candidates:
        for b in candidates:
            assert dominates(a, b, objectives) == naive_dominates(a, b, objectives)


@check
@given(populations(), objective_lists())
def test_the_front_is_rank_zero_of_those_that_count(candidates, objectives):
    expected = [
        c
        for c, r in zip(candidates, rank(candidates, objectives), strict=True)
        if r == 0 and is_comparable(c, objectives)
    ]
    assert front(candidates, objectives) == expected


@check
@given(healthy(), objective_lists())
def test_turning_a_direction_and_the_signs_changes_nothing(candidates, objectives):
    linear = [replace(o, scale="linear") for o in objectives]
    turned = [replace(o, direction="min" if o.direction == "max" else "max") for o in linear]
    negated = [
        replace(c, metrics={name: value if name == "tie" else -value for name, value in c.metrics.items()})
        for c in candidates
    ]
    assert rank(candidates, linear) == rank(negated, turned)


@check
@given(populations(), objective_lists())
def test_the_order_of_candidates_changes_nothing(candidates, objectives):
    ranks = dict(zip(numbers(candidates), rank(candidates, objectives), strict=True))
    shuffled = random.Random(1).sample(candidates, len(candidates))
    assert rank(shuffled, objectives) == [ranks[c.number] for c in shuffled]


@check
@given(populations(), objective_lists())
def test_no_failure_is_ahead_of_a_success(candidates, objectives):
    ranks = rank(candidates, objectives)
    usable = [r for c, r in zip(candidates, ranks, strict=True) if is_comparable(c, objectives)]
    others = [r for c, r in zip(candidates, ranks, strict=True) if not is_comparable(c, objectives)]
    assert max(usable, default=-1) < min(others, default=math.inf)
    assert sorted(set(ranks)) == list(range(len(set(ranks))))


def test_none_one_and_all_failed() -> None:
    assert rank([], TWO) == []
    assert front([], TWO) == []
    assert rank([network(7, 0.5, 10)], TWO) == [0]
    failed = [network(1, math.nan, 10), network(2, 0.5, 10, stage=4), network(3, 0.5, 10, stage=2)]
    assert rank(failed, TWO) == [0, 2, 1]
    assert front(failed, TWO) == []


def test_a_maximised_front_keeps_the_far_ends_and_drops_the_dominated_middle() -> None:
    # A peer turned the signs twice: it kept the dominated (8, 8) and dropped the non-dominated (0, 10).
    both = (Objective("x", "max"), Objective("y", "max"))
    points = [(9, 9), (8, 8), (0, 10), (10, 0), (7, 7)]
    candidates = [Candidate(i, {"x": x, "y": y}) for i, (x, y) in enumerate(points)]
    assert rank(candidates, both) == [0, 1, 0, 0, 2]
    assert rank(candidates, [replace(o, direction="min") for o in both]) == [2, 1, 0, 0, 0]


def test_of_equal_accuracies_the_lower_loss_counts_as_the_better_one() -> None:
    candidates = [
        network(1, 0.9, 100, loss=0.4),
        network(2, 0.9, 100, loss=0.3),  # dominates 1
        network(3, 0.9, 50, loss=0.4),  # dominates 1, but not 2: it is smaller and its loss is higher
        network(4, 0.9, 100),  # no loss: last among equals
        network(5, 0.9, 100, loss=math.nan),
    ]
    assert rank(candidates, TWO) == [1, 0, 0, 2, 2]


def test_a_tie_break_does_not_outweigh_the_value() -> None:
    assert dominates(network(1, 0.91, 100, loss=9.0), network(2, 0.90, 100, loss=0.1), TWO)


def test_copies_share_a_rank_and_a_nan_does_not_lead() -> None:
    candidates = [network(1, 0.9, 10), network(2, 0.9, 10), network(3, math.nan, 1), network(4, 0.8, 20)]
    assert rank(candidates, TWO) == [0, 0, 2, 1]
    assert numbers(front(candidates, TWO)) == [1, 2]


def test_large_whole_numbers_a_float_cannot_tell_apart_are_told_apart() -> None:
    candidates = [network(1, 0.5, 2**60 + 1), network(2, 0.5, 2**60)]
    assert rank(candidates, TWO) == [1, 0]


def test_one_objective_is_a_plain_order() -> None:
    candidates = [network(i, value, 10) for i, value in enumerate([0.3, 0.5, 0.5, 0.1])]
    assert rank(candidates, TWO[:1]) == [1, 0, 0, 2]


def test_without_objectives_there_is_no_rank() -> None:
    with pytest.raises(ValueError, match="no objectives"):
        rank([network(1, 0.5, 10)], [])
