import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Candidate, Objective, dominates, front, is_comparable, spea2

from .strategies import TWO, check, healthy, network, numbers, objective_lists, populations, values

XY = (Objective("x", "min"), Objective("y", "min"))


def points(*pairs: tuple[float, float]) -> list[Candidate]:
    return [Candidate(i, {"x": x, "y": y}) for i, (x, y) in enumerate(pairs)]


def naive(candidates: list[Candidate], objectives, size: int) -> list[int]:
    """The paper read line by line, for distinct candidates on linear scales; numbers, unordered."""
    n = len(candidates)

    def unit(candidate: Candidate) -> list[float]:
        row = []
        for o in objectives:
            column = [c.metrics[o.name] for c in candidates]
            spread = max(column) - min(column)
            row.append((candidate.metrics[o.name] - min(column)) / spread if spread else 0.0)
        return row

    def distance(a: Candidate, b: Candidate) -> float:
        return math.dist(unit(a), unit(b))

    strength = {a.number: sum(dominates(a, b, objectives) for b in candidates) for a in candidates}
    fitness = {}
    for a in candidates:
        raw = sum(strength[b.number] for b in candidates if dominates(b, a, objectives))
        near = sorted(distance(a, b) for b in candidates if b is not a)
        k = min(int(math.sqrt(n)), len(near))
        fitness[a.number] = raw + 1 / ((near[k - 1] if k else 0.0) + 2)
    best = sorted(candidates, key=lambda c: (fitness[c.number], c.number))
    kept = [c for c in best if fitness[c.number] < 1]
    if len(kept) <= size:
        return numbers(best[:size])
    while len(kept) > size:
        kept.remove(min(kept, key=lambda a: (sorted(distance(a, b) for b in kept if b is not a), -a.number)))
    return numbers(kept)


grid = st.lists(st.tuples(*[st.integers(0, 4)] * 3), unique=True, min_size=1, max_size=10)


@check
@given(grid, st.integers(1, 10), st.permutations(["max", "min", "max"]))
def test_agrees_with_the_paper_read_line_by_line(rows, size, directions):
    # Powers of two apart, so that both ways of computing a distance give the same floats.
    objectives = [Objective(name, d) for name, d in zip("abc", directions, strict=True)]
    corners = [(-4, -4, -4), (4, 4, 4)]  # every range is 8
    candidates = [Candidate(i, dict(zip("abc", row, strict=True))) for i, row in enumerate([*rows, *corners])]
    candidates = list({tuple(c.metrics.values()): c for c in reversed(candidates)}.values())
    assert sorted(numbers(spea2(candidates, objectives, size))) == sorted(naive(candidates, objectives, size))


def test_the_front_comes_first_then_the_least_dominated() -> None:
    candidates = points((1, 1), (5, 5), (2, 2), (9, 9))
    assert numbers(spea2(candidates, XY, 3)) == [0, 2, 1]


def test_truncation_thins_the_crowd_and_keeps_the_ends() -> None:
    candidates = points((0, 100), (1, 99), (2, 98), (50, 50), (100, 0))
    assert sorted(numbers(spea2(candidates, XY, 3))) == [0, 3, 4]


def test_copies_only_fill_places_nobody_else_wants() -> None:
    candidates = points((0, 10), (0, 10), (0, 10), (5, 5), (10, 0), (11, 11))
    assert sorted(numbers(spea2(candidates, XY, 3))) == [0, 3, 4]
    assert numbers(spea2(candidates, XY, 4))[-1] == 5
    assert numbers(spea2(candidates, XY, 9))[4:] == [1, 2]


def test_none_one_all_failed_and_sizes() -> None:
    one = [network(1, 0.5, 10)]
    assert spea2([], TWO, 3) == []
    assert spea2(one, TWO, 3) == one
    assert spea2(one, TWO, 0) == []
    assert spea2([network(1, math.nan, 10), network(2, 0.5, 10, stage=1)], TWO, 3) == []
    with pytest.raises(ValueError, match="-1"):
        spea2(one, TWO, -1)


@check
@given(populations(), objective_lists(), st.integers(0, 14))
def test_size_members_and_order(candidates, objectives, size):
    chosen = spea2(candidates, objectives, size)
    comparable = [c for c in candidates if is_comparable(c, objectives)]
    assert len(chosen) == min(size, len(comparable))
    assert len(set(numbers(chosen))) == len(chosen)
    assert all(is_comparable(c, objectives) for c in chosen)
    assert spea2(random.Random(3).sample(candidates, len(candidates)), objectives, size) == chosen
    distinct = {values(c, objectives) for c in comparable}
    assert len({values(c, objectives) for c in chosen}) == min(size, len(distinct))


@check
@given(populations(), objective_lists(), st.integers(0, 14))
def test_the_front_is_taken_whole_or_nothing_else_is_taken(candidates, objectives, size):
    best = {values(c, objectives) for c in front(candidates, objectives)}
    chosen = {values(c, objectives) for c in spea2(candidates, objectives, size)}
    assert best <= chosen if len(best) <= size else chosen <= best


@check
@given(healthy(), objective_lists(), st.integers(0, 14))
def test_turning_a_direction_and_the_signs_changes_nothing(candidates, objectives, size):
    linear = [replace(o, scale="linear") for o in objectives]
    turned = [replace(o, direction="min" if o.direction == "max" else "max") for o in linear]
    negated = [
        replace(c, metrics={name: value if name == "tie" else -value for name, value in c.metrics.items()})
        for c in candidates
    ]
    assert numbers(spea2(candidates, linear, size)) == numbers(spea2(negated, turned, size))
