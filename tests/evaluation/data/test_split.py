"""Stratified splits: disjoint, complete, proportional, repeatable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.data.split import share, stratified_split

weights = st.lists(st.integers(1, 20), min_size=1, max_size=4)


def fractions_of(parts: list[int]) -> list[float]:
    return [part / sum(parts) for part in parts]


@given(st.lists(st.integers(0, 6), max_size=300), weights, st.integers(0, 100))
def test_parts_are_disjoint_complete_and_proportional(labels: list[int], parts: list[int], seed: int) -> None:
    every = np.array(labels, np.int64)
    fractions = fractions_of(parts)
    split = stratified_split(every, fractions, seed)
    assert sorted(np.concatenate(split).tolist()) == list(range(len(every)))
    for part in split:
        assert part.tolist() == sorted(part.tolist())
    for label in set(labels):
        count = labels.count(label)
        for part, fraction in zip(split, fractions, strict=True):
            got = int((every[part] == label).sum())
            if count >= len(fractions):
                assert got >= 1
            if all(count * other >= 1 for other in fractions):
                assert abs(got - count * fraction) < 1 + 1e-6


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 5))
def test_the_same_seed_gives_the_same_split(labels: list[int], seed: int) -> None:
    every = np.array(labels, np.int64)
    first, second = (stratified_split(every, (0.6, 0.2, 0.2), seed) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one, other)


def test_another_seed_gives_another_split() -> None:
    labels = np.zeros(100, np.int64)
    assert not np.array_equal(stratified_split(labels, (0.5, 0.5), 1)[0], stratified_split(labels, (0.5, 0.5), 2)[0])


def test_the_split_is_the_one_on_record() -> None:
    """A different split would make recorded runs impossible to repeat."""
    train, val = stratified_split(np.array([0, 1] * 5), (0.6, 0.4))
    assert train.tolist() == [0, 4, 5, 6, 7, 9]
    assert val.tolist() == [1, 2, 3, 8]


@given(st.integers(0, 500), weights)
def test_shares_sum_up(count: int, parts: list[int]) -> None:
    sizes = share(count, fractions_of(parts))
    assert sum(sizes) == count
    assert min(sizes) >= (1 if count >= len(parts) else 0)


def test_five_images_reach_every_part() -> None:
    assert share(5, (0.6, 0.2, 0.2)) == [3, 1, 1]


@pytest.mark.parametrize("fractions", [(), (0.5, 0.4), (1.2, -0.2), (0.0, 1.0)])
def test_bad_fractions_are_refused(fractions: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        stratified_split(np.zeros(4, np.int64), fractions)
