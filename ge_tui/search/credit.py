"""What each choice has earned: tried, valid, improved, hypervolume gained, and at what cost.

Credit is always computed anew from the trials, which are on record; nothing is kept between calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

OUTSIDE = 0.1
"""How much of the belief lies below an interval, and how much above: what is left between is 80 %."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt at a child that came to its end, as credit sees it."""

    number: int
    """The individual's number in its run: trials are ordered by it, whatever the order they are given in."""
    arms: Mapping[str, str] = field(hash=False)
    """What was chosen, by kind of choice: {"persona": "expert", "temperature": "0.2-0.3"}. Kinds may be missing."""
    valid: bool
    """Trained to the end."""
    improved: bool
    """Measured, no duplicate, and not dominated by the parent it was made from."""
    gain: float
    """Hypervolume gained when it entered the archive; 0 or more."""
    tokens: int
    """Of the LLM, prompt and answer."""
    seconds: float
    """Of the LLM and of training together."""


@dataclass(frozen=True, slots=True)
class Credit:
    """The sums over an arm's trials, and what they say of its improvement rate."""

    tried: int
    valid: int
    improved: int
    gain: float
    tokens: int
    seconds: float
    low: float
    """With `high`, the 80 % interval of the improvement rate: 10 % of the belief lies below, 10 % above."""
    mean: float
    """Of the belief about the improvement rate; (improved + 1) / (tried + 2)."""
    high: float


def credit(trials: Sequence[Trial], kind: str) -> dict[str, Credit]:
    """What each arm of a kind has earned, in order of first appearance; trials without the kind do not count.

    The belief about an improvement rate is the posterior of a uniform prior, which is what auto mode begins
    with where the manual weights are equal. All trials count the same here, while auto mode discounts old
    ones: this is the whole record, that is a guess about the next child.
    """
    by_arm: dict[str, list[Trial]] = {}
    for trial in sorted(trials, key=lambda trial: trial.number):
        if kind in trial.arms:
            by_arm.setdefault(trial.arms[kind], []).append(trial)
    return {arm: _earned(own) for arm, own in by_arm.items()}


def temperature_band(temperature: float) -> str:
    """The arm that a sampling temperature counts for, a tenth wide: '0.2-0.3' holds 0.2 and not 0.3.

    Sums that miss a tenth by rounding count as that tenth. Raises ValueError below 0 and where not finite.
    """
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"the temperature is {temperature}; it must be a finite number, 0 or more")
    tenths = math.floor(round(temperature * 10, 6))
    return f"{tenths / 10:.1f}-{(tenths + 1) / 10:.1f}"


def _earned(trials: Sequence[Trial]) -> Credit:
    tried = len(trials)
    improved = sum(trial.improved for trial in trials)
    low, high = _interval(improved, tried)
    return Credit(
        tried=tried,
        valid=sum(trial.valid for trial in trials),
        improved=improved,
        gain=math.fsum(trial.gain for trial in trials),
        tokens=sum(trial.tokens for trial in trials),
        seconds=math.fsum(trial.seconds for trial in trials),
        low=low,
        mean=(improved + 1) / (tried + 2),
        high=high,
    )


@lru_cache(maxsize=4096)  # a screen asks again at every look, and few arms have changed
def _interval(improved: int, tried: int) -> tuple[float, float]:
    """The equal-tailed interval of Beta(improved + 1, tried - improved + 1)."""
    a, b = improved + 1, tried - improved + 1
    # The upper end is the lower one of the failures' rate: near 1 a tail would be lost in rounding.
    return _root(lambda x: _beta_cdf(x, a, b) < OUTSIDE), 1 - _root(lambda x: _beta_cdf(x, b, a) < OUTSIDE)


def _root(is_below: Callable[[float], bool]) -> float:
    """Where in 0 to 1 a condition that holds on the left ends, to 2^-60."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2


def _beta_cdf(x: float, a: int, b: int) -> float:
    """The chance that a variate of Beta(a, b) is below x, for whole a, b of 1 or more and x inside 0 to 1.

    Exact but for rounding: it is the chance of `a` successes or more in a + b - 1 trials of rate x
    (Abramowitz & Stegun, 26.5.24).
    """
    return _tail(x, a, b) if x <= a / (a + b) else 1 - _tail(1 - x, b, a)


def _tail(rate: float, least: int, failures: int) -> float:
    """The chance of `least` successes or more in least + failures - 1 trials, `least` being above their mean.

    So terms only shrink, and a few times the square root of their number are enough.
    """
    trials = least + failures - 1
    ways = math.lgamma(trials + 1) - math.lgamma(least + 1) - math.lgamma(failures)
    term = math.exp(ways + least * math.log(rate) + (failures - 1) * math.log1p(-rate))
    odds = rate / (1 - rate)
    total = 0.0
    for successes in range(least, trials + 1):
        total += term
        if term < total * 1e-17:
            break
        term *= (trials - successes) / (successes + 1) * odds
    return total
