"""The rules by which a training is given up."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search.pruning import FEWEST_RIVALS, median_rule, patience_rule

FLAT = [[(10, value), (20, value)] for value in (0.2, 0.4, 0.6, 0.8)]
curves = st.lists(st.floats(0, 1), min_size=1, max_size=8).map(lambda v: [(10 * (i + 1), x) for i, x in enumerate(v)])


def test_below_the_median_is_given_up_and_at_it_is_not() -> None:
    found = median_rule([(10, 0.3), (20, 0.45)], FLAT)
    assert found is not None
    assert (found.rule, found.step, found.value, found.against) == ("median", 20, 0.45, 0.5)
    assert median_rule([(10, 0.5)], FLAT) is None


def test_the_best_so_far_counts_not_the_last() -> None:
    assert median_rule([(10, 0.7), (20, 0.1)], FLAT) is None


def test_rivals_are_compared_at_the_same_step() -> None:
    late = [[(10, 0.1), (20, 0.9)]] * FEWEST_RIVALS
    assert median_rule([(10, 0.2)], late) is None
    assert median_rule([(20, 0.2)], late) is not None
    assert median_rule([(5, 0.0)], late) is None, "none has a value yet"


def test_few_rivals_say_nothing() -> None:
    assert median_rule([(10, 0.0)], FLAT[: FEWEST_RIVALS - 1]) is None
    broken = [*FLAT[: FEWEST_RIVALS - 1], [(10, math.nan)]]
    assert median_rule([(10, 0.0)], broken) is None


def test_nan_says_nothing() -> None:
    assert median_rule([(10, math.nan)], FLAT) is None
    assert patience_rule([(10, 0.1), (20, math.nan), (30, math.nan)], 1, 0.5) is None


@given(curves, st.lists(curves, max_size=8))
def test_who_is_no_worse_than_all_rivals_is_never_given_up(own: list[tuple[int, float]], others: list) -> None:
    best = max((value for curve in others for _, value in curve), default=0.0)
    assert median_rule([*own, (200, best)], others) is None
    assert patience_rule([*own, (200, best)], 1, best) is None


def test_patience_waits_for_so_many_values_without_a_rise() -> None:
    stalled = [(10, 0.3), (20, 0.2), (30, 0.3)]
    assert patience_rule(stalled, 3, 0.5) is None
    found = patience_rule(stalled, 2, 0.5)
    assert found is not None
    assert (found.rule, found.step, found.value, found.against) == ("patience", 30, 0.3, 0.5)
    assert patience_rule([*stalled, (40, 0.31)], 2, 0.5) is None
    assert patience_rule(stalled, 2, 0.3) is None, "it stalls where it may"
    assert patience_rule(stalled, 0, 0.5) is None
