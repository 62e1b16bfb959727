import math
import random
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Credit, Trial, credit, temperature_band

from .strategies import check


def child(number: int, persona: str | None, improved: bool = False, **fields) -> Trial:
    arms = {} if persona is None else {"persona": persona}
    return replace(Trial(number, arms, True, improved, 0.0, 0, 0.0), **fields)


def of_counts(improved: int, tried: int) -> Credit:
    return credit([child(number, "expert", number < improved) for number in range(tried)], "persona")["expert"]


def test_sums_by_arm() -> None:
    trials = [
        Trial(1, {"persona": "expert", "operator": "mutate"}, True, True, 0.5, 100, 2.5),
        Trial(2, {"persona": "magoo", "operator": "eot"}, False, False, 0.0, 70, 0.5),
        Trial(3, {"persona": "expert", "operator": "eot"}, True, False, 0.0, 30, 1.0),
        Trial(4, {"operator": "create"}, True, True, 0.25, 5, 4.0),
    ]
    by_persona = credit(trials, "persona")
    assert list(by_persona) == ["expert", "magoo"]
    expert, magoo = by_persona.values()
    assert (expert.tried, expert.valid, expert.improved) == (2, 2, 1)
    assert (expert.gain, expert.tokens, expert.seconds) == (0.5, 130, 3.5)
    assert (magoo.tried, magoo.valid, magoo.improved) == (1, 0, 0)
    assert list(credit(trials, "operator")) == ["mutate", "eot", "create"]
    assert credit(trials, "model") == {}
    assert credit([], "persona") == {}


# By scipy 1.17.1: beta.ppf([0.1, 0.9], improved + 1, tried - improved + 1).
@pytest.mark.parametrize(
    ("improved", "tried", "low", "high"),
    [
        (1, 1, 0.31622776601683794, 0.9486832980505138),
        (0, 3, 0.025996253574703237, 0.4376586748096509),
        (2, 10, 0.10477367219019844, 0.41515693172590923),
        (10, 40, 0.1781745756381222, 0.3506544743936719),
        (0, 200, 0.0005240443107293259, 0.011390281143812743),
        (250, 1000, 0.2330695650465588, 0.2681420107762333),
        (3, 20_000, 8.723685398595455e-05, 0.00033399171816383413),
    ],
)
def test_the_interval_is_that_of_the_beta_distribution(improved, tried, low, high) -> None:
    earned = of_counts(improved, tried)
    assert earned.low == pytest.approx(low, rel=1e-10)
    assert earned.high == pytest.approx(high, rel=1e-10)
    assert earned.mean == (improved + 1) / (tried + 2)


@pytest.mark.parametrize("tried", [1, 2, 7, 100])
def test_the_ends_that_have_a_formula(tried: int) -> None:
    """Beta(1, b) and Beta(a, 1) have quantiles in closed form."""
    assert of_counts(0, tried).low == pytest.approx(1 - 0.9 ** (1 / (tried + 1)), rel=1e-12)
    assert of_counts(0, tried).high == pytest.approx(1 - 0.1 ** (1 / (tried + 1)), rel=1e-12)
    assert of_counts(tried, tried).low == pytest.approx(0.1 ** (1 / (tried + 1)), rel=1e-12)
    assert of_counts(tried, tried).high == pytest.approx(0.9 ** (1 / (tried + 1)), rel=1e-12)


def below(x: float, a: int, b: int) -> Fraction:
    """The chance that Beta(a, b) is below x, in exact fractions."""
    rate, n = Fraction(x), a + b - 1
    return sum((math.comb(n, j) * rate**j * (1 - rate) ** (n - j) for j in range(a, n + 1)), Fraction(0))


@check
@given(st.integers(0, 25), st.integers(1, 25))
def test_a_tenth_lies_below_the_interval_and_a_tenth_above(improved, others):
    earned = of_counts(improved, improved + others)
    a, b = improved + 1, others + 1
    assert float(below(earned.low, a, b)) == pytest.approx(0.1, rel=1e-10)
    assert float(below(earned.high, a, b)) == pytest.approx(0.9, rel=1e-10)
    assert 0 < earned.low < earned.mean < earned.high < 1


@check
@given(st.integers(0, 60), st.integers(0, 60))
def test_successes_and_failures_mirror_each_other(improved, others):
    if improved + others:
        one, other = of_counts(improved, improved + others), of_counts(others, improved + others)
        assert one.low == pytest.approx(1 - other.high, rel=1e-9)
        assert one.high == pytest.approx(1 - other.low, rel=1e-9)


def test_the_interval_narrows_with_the_trials() -> None:
    widths = [of_counts(tried // 4, tried) for tried in (4, 16, 64, 256, 1024)]
    assert all(b.high - b.low < a.high - a.low for a, b in pairwise(widths))


rows = st.lists(
    st.tuples(
        st.sampled_from(["expert", "magoo", "engineer", None]),
        st.booleans(),
        st.sampled_from([0.0, 0.1, 0.3, 1e-9, 1e9]),
    ),
    max_size=20,
)


@check
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_the_trials_changes_nothing(rows, rng: random.Random):
    trials = [
        child(number, persona, improved, gain=gain, seconds=gain, tokens=number)
        for number, (persona, improved, gain) in enumerate(rows)
    ]
    shuffled = rng.sample(trials, len(trials))
    assert list(credit(shuffled, "persona").items()) == list(credit(trials, "persona").items())


@check
@given(rows)
def test_every_trial_of_the_kind_is_counted_once(rows):
    trials = [child(n, persona, improved, valid=n % 2 == 0) for n, (persona, improved, _) in enumerate(rows)]
    earned = credit(trials, "persona").values()
    with_kind = [trial for trial in trials if trial.arms]
    assert sum(one.tried for one in earned) == len(with_kind)
    assert sum(one.valid for one in earned) == sum(trial.valid for trial in with_kind)
    assert sum(one.improved for one in earned) == sum(trial.improved for trial in with_kind)


@pytest.mark.parametrize(
    ("temperature", "band"),
    [
        (0, "0.0-0.1"),
        (0.05, "0.0-0.1"),
        (0.2, "0.2-0.3"),
        (0.29, "0.2-0.3"),
        (0.3, "0.3-0.4"),
        (0.1 + 0.2, "0.3-0.4"),
        (0.1 * 3, "0.3-0.4"),
        (0.7999999999999999, "0.8-0.9"),
        (0.95, "0.9-1.0"),
        (1.0, "1.0-1.1"),
        (2, "2.0-2.1"),
    ],
)
def test_bands_of_temperature(temperature: float, band: str) -> None:
    assert temperature_band(temperature) == band


@check
@given(st.floats(0, 5))
def test_a_temperature_lies_in_its_band(temperature):
    low, high = map(float, temperature_band(temperature).split("-"))
    assert low - 1e-6 <= temperature < high
    assert high == pytest.approx(low + 0.1)


@pytest.mark.parametrize("temperature", [-0.1, math.nan, math.inf])
def test_a_temperature_that_is_none(temperature: float) -> None:
    with pytest.raises(ValueError, match="the temperature is"):
        temperature_band(temperature)
