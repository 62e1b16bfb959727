"""A contest of two rates."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search.contest import LEAST, MOST, Tally, Verdict, chance_of_higher_rate, judge


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    tried = draw(st.integers(0, 200))
    return Tally(tried, draw(st.integers(0, tried)))


@given(tallies(), tallies())
def test_one_of_the_two_is_better(first: Tally, second: Tally) -> None:
    chance = chance_of_higher_rate(first, second)
    assert 0 <= chance <= 1
    assert chance + chance_of_higher_rate(second, first) == pytest.approx(1)


@given(tallies(), tallies())
def test_one_more_improvement_never_hurts(holder: Tally, newcomer: Tally) -> None:
    better = Tally(newcomer.tried + 1, newcomer.improved + 1)
    worse = Tally(newcomer.tried + 1, newcomer.improved)
    now = chance_of_higher_rate(newcomer, holder)
    assert chance_of_higher_rate(worse, holder) <= now + 1e-9
    assert chance_of_higher_rate(better, holder) >= now - 1e-9


@pytest.mark.parametrize(("first", "second"), [(Tally(9, 3), Tally(10, 2)), (Tally(0, 0), Tally(5, 5))])
def test_the_chance_is_that_of_draws_from_both_beliefs(first: Tally, second: Tally) -> None:
    rng = random.Random(1)

    def rate(tally: Tally) -> float:
        return rng.betavariate(tally.improved + 1, tally.tried - tally.improved + 1)

    wins = sum(rate(first) > rate(second) for _ in range(20_000))
    assert chance_of_higher_rate(first, second) == pytest.approx(wins / 20_000, abs=0.015)


@pytest.mark.parametrize(
    ("holder", "newcomer", "verdict"),
    [
        (Tally(LEAST - 1, LEAST - 1), Tally(50, 0), Verdict.OPEN),
        (Tally(50, 50), Tally(LEAST - 1, 0), Verdict.OPEN),
        (Tally(10, 1), Tally(10, 8), Verdict.WON),
        (Tally(10, 8), Tally(10, 1), Verdict.LOST),
        (Tally(12, 4), Tally(12, 5), Verdict.OPEN),
        (Tally(MOST, 20), Tally(MOST, 21), Verdict.NO_BETTER),
        (Tally(MOST, 10), Tally(MOST, 30), Verdict.WON),
    ],
)
def test_verdicts(holder: Tally, newcomer: Tally, verdict: Verdict) -> None:
    assert judge(holder, newcomer)[0] is verdict
