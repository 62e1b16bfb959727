"""The test is exact: as counting every split says, and known values."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.report.compared.significance import holm, mann_whitney

FEW = st.lists(st.integers(0, 5).map(float), min_size=1, max_size=5)


def counted(first: list[float], second: list[float]) -> float:
    """The p by trying every split, from the definition of U."""
    pooled = [*first, *second]

    def u(chosen: tuple[int, ...]) -> float:
        rest = [pooled[i] for i in range(len(pooled)) if i not in chosen]
        return sum((pooled[i] > b) + 0.5 * (pooled[i] == b) for i in chosen for b in rest)

    middle = len(first) * len(second) / 2
    ours = abs(u(tuple(range(len(first)))) - middle)
    every = [abs(u(split) - middle) for split in combinations(range(len(pooled)), len(first))]
    return sum(distance >= ours - 1e-9 for distance in every) / len(every)


@given(FEW, FEW)
@settings(max_examples=60, deadline=None)
def test_it_is_what_counting_says(first: list[float], second: list[float]) -> None:
    found = mann_whitney(first, second)
    other = mann_whitney(second, first)
    assert found is not None
    assert other is not None
    assert found.exact
    assert found.p == pytest.approx(counted(first, second))
    assert found.p == pytest.approx(other.p)
    assert found.effect == pytest.approx(1 - other.effect)
    assert found.least <= found.p + 1e-12 <= 1 + 1e-9


def test_three_against_three_can_never_be_below_a_tenth() -> None:
    found = mann_whitney([4.0, 5.0, 6.0], [1.0, 2.0, 3.0])
    assert found is not None
    assert (found.effect, found.p, found.least) == (1.0, 0.1, 0.1)
    four = mann_whitney([5.0, 6.0, 7.0, 8.0], [1.0, 2.0, 3.0, 4.0])
    assert four is not None
    assert four.p == pytest.approx(2 / 70)


def test_all_equal_is_no_difference() -> None:
    found = mann_whitney([1.0] * 4, [1.0] * 30)
    assert found is not None
    assert (found.effect, found.p) == (0.5, 1.0)
    many = mann_whitney([1.0] * 40, [1.0] * 30)
    assert many is not None
    assert many.p == 1.0
    assert mann_whitney([], [1.0]) is None


def test_many_runs_are_close_to_the_exact_value() -> None:
    rng = random.Random(1)
    first, second = ([rng.gauss(mean, 1) for _ in range(20)] for mean in (0.0, 0.6))
    exact = mann_whitney(first, second)
    near = mann_whitney(first, [*second, 0.3])
    assert exact is not None
    assert near is not None
    assert exact.exact
    assert not near.exact
    assert near.p == pytest.approx(exact.p, abs=0.02)


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
