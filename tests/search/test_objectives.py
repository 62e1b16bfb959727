import math

import pytest

from ge_tui.search import Candidate, Objective, is_comparable

from .strategies import TWO, network


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_metric_that_is_not_finite_is_not_comparable(value: float) -> None:
    assert not is_comparable(network(1, value, 10), TWO)
    assert not is_comparable(network(1, 0.5, value), TWO)


@pytest.mark.parametrize("value", [0, -0.0, -3])
def test_the_log_scale_needs_values_above_zero_and_the_linear_one_does_not(value: float) -> None:
    assert not is_comparable(network(1, 0.5, value), TWO)
    assert is_comparable(network(1, value, 10), TWO)


def test_a_missing_metric_or_a_failure_is_not_comparable_and_a_missing_tie_break_is() -> None:
    assert not is_comparable(Candidate(1, {"accuracy": 0.5}), TWO)
    assert not is_comparable(network(1, 0.5, 10, stage=1), TWO)
    assert is_comparable(network(1, 0.5, 10, loss=math.nan), TWO)
    assert is_comparable(network(1, 0.5, 10), TWO)


def test_selection_without_objectives_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="no objectives"):
        is_comparable(network(1, 0.5, 10), [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"direction": "up"}, "direction is 'up'"),
        ({"direction": "max", "scale": "log2"}, "scale is 'log2'"),
        ({"direction": "min", "reference": math.nan}, "reference is nan, not a finite number"),
        ({"direction": "min", "scale": "log10", "reference": 0.0}, "above 0"),
    ],
)
def test_an_objective_that_cannot_be_says_why(fields: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Objective("params", **fields)


def test_candidates_can_stand_in_a_set() -> None:
    assert {network(1, 0.5, 10), network(1, 0.5, 10), network(2, 0.5, 10)} == {
        network(1, 0.5, 10),
        network(2, 0.5, 10),
    }
