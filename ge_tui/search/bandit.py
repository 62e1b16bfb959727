"""Choosing what works: how likely each persona, category, operator or model is to be chosen next.

Auto mode is Thompson sampling over Bernoulli rewards (Thompson 1933; Chapelle & Li, "An empirical evaluation
of Thompson sampling", 2011), the evidence discounted by age, as in Raj & Kalyani, "Taming non-stationary
bandits: a Bayesian approach" (2017): what helps early in a run need not help later. The reward of a trial is
whether it improved.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from enum import StrEnum

from ge_tui.search.credit import Trial
from ge_tui.search.draws import weighted_choice

DRAWS = 256
"""How often auto mode asks its beliefs which arm is best; its shares have a standard error of 3 points at most."""

DECIMALS = 4


class Mode(StrEnum):
    """Who sets the probabilities of a kind of choice."""

    MANUAL = "manual"
    """The user's weights, as set."""
    ASSIST = "assist"
    """A mixture of the two."""
    AUTO = "auto"
    """What the trials say, beginning at the user's weights."""


def probabilities(
    weights: Mapping[str, float],
    trials: Sequence[Trial],
    kind: str,
    mode: Mode,
    rng: random.Random,
    *,
    floor: float = 0.05,
    discount: float = 0.99,
    assist: float = 0.5,
    locked: str | None = None,
) -> dict[str, float]:
    """The chance of each arm to be chosen next, in the order of `weights`; they sum to 1.

    `weights` are the user's own, never those that this function gave before: auto mode would take its own
    guess for the user's wish. An arm of weight 0 has no chance. A `locked` arm has every chance, in any mode
    and whatever its weight.

    An auto chance is that of the arm to be the best one, by beliefs that begin at the weights (without a
    trial it is the arm's share of them, but for the error of a finite number of draws) and learn from the
    trials of this kind, each counting `discount` for every later one. No arm of a weight above 0 gets less
    than `floor`, or than an equal share where the floors would add up to more than 1. In assist mode the
    chance is `assist` parts auto to 1 - `assist` parts manual.

    The order of `trials` changes nothing, that of `weights` is part of the draw. Only `rng.random()` is
    called: it alone gives the same numbers in every version of Python. Raises ValueError where a weight is
    negative or not finite, none is above 0, the locked arm is unknown, or a parameter is outside 0 to 1.
    """
    for name, value in (("floor", floor), ("discount", discount), ("assist", assist)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it must be from 0 to 1")
    if locked is not None:
        if locked not in weights:
            raise ValueError(f"'{locked}' is locked, but there are only: {', '.join(weights) or 'no names'}")
        return {arm: float(arm == locked) for arm in weights}
    manual = _shares(weights)
    if mode == Mode.MANUAL:
        return manual
    enabled = {arm: share for arm, share in manual.items() if weights[arm] > 0}
    evidence = _evidence(trials, kind, discount)
    auto = _with_floor(_chances_to_be_best(enabled, evidence, rng), floor)
    part = 1.0 if mode == Mode.AUTO else assist
    return {arm: (1 - part) * share + part * auto.get(arm, 0.0) for arm, share in manual.items()}


def choose(probabilities: Mapping[str, float], rng: random.Random) -> str:
    """An arm, by its chance. What was put on record by `as_weights` chooses in the same way, so it replays."""
    return weighted_choice(rng, probabilities)


def as_weights(probabilities: Mapping[str, float]) -> dict[str, float]:
    """The chances as values for the controls, to 4 decimals.

    0 stays 0, and nothing else becomes 0: as a weight that would be off.
    """
    least = 10**-DECIMALS
    return {arm: max(least, round(chance, DECIMALS)) if chance > 0 else 0.0 for arm, chance in probabilities.items()}


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    for arm, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"the weight of '{arm}' is {weight}; it must be a finite number, 0 or more")
    largest = max(weights.values(), default=0.0)
    if largest == 0:
        raise ValueError(f"nothing to choose from: no weight is above 0 ({', '.join(weights) or 'no names'})")
    # Of the largest first, so that finite weights have a finite sum.
    total = math.fsum(weight / largest for weight in weights.values())
    return {arm: weight / largest / total for arm, weight in weights.items()}


def _evidence(trials: Sequence[Trial], kind: str, discount: float) -> dict[str, tuple[float, float]]:
    """By arm: the discounted numbers of trials that improved, and of those that did not.

    A trial's age is counted in the numbers that came after it, of any arm of the kind.
    """
    improved: dict[str, list[float]] = {}
    failed: dict[str, list[float]] = {}
    counts, newest = 1.0, None
    for trial in sorted((trial for trial in trials if kind in trial.arms), key=lambda trial: -trial.number):
        if newest is not None and trial.number != newest:
            counts *= discount
        newest = trial.number
        (improved if trial.improved else failed).setdefault(trial.arms[kind], []).append(counts)
    return {arm: (math.fsum(improved.get(arm, ())), math.fsum(failed.get(arm, ()))) for arm in improved | failed}


def _chances_to_be_best(
    shares: Mapping[str, float], evidence: Mapping[str, tuple[float, float]], rng: random.Random
) -> dict[str, float]:
    """In how many of DRAWS joint draws from the beliefs each arm has the highest rate.

    Choosing by these chances is, child for child, Thompson sampling; but they can be shown, mixed, given a
    floor and put on record, which the winner of a single draw cannot.

    The belief about an arm begins as Beta(w, 1), w its share over the mean share: uniform where the weights
    are equal, and the chance that such a variate is the largest is just the arm's share. As trials come in,
    the 1 becomes the odds against improvement over all arms, so that an arm about which little is known, or
    little of late, is taken for an average one. Improvement is rare: were it taken for one of 50 %, the best
    arm would lose out to every arm forgotten (1.28 times the improvements of uniform choice instead of 1.21,
    in 300 simulated trials of 8 arms of 5 to 25 %).
    """
    known = {arm: evidence.get(arm, (0.0, 0.0)) for arm in shares}
    odds = (1 + math.fsum(failed for _, failed in known.values())) / (1 + math.fsum(won for won, _ in known.values()))
    beliefs = [(shares[arm] * len(shares) + improved, odds + failed) for arm, (improved, failed) in known.items()]
    wins = [0] * len(beliefs)
    for _ in range(DRAWS):
        rates = [_log_gamma_variate(a, rng) - _log_gamma_variate(b, rng) for a, b in beliefs]
        wins[rates.index(max(rates))] += 1
    return {arm: won / DRAWS for arm, won in zip(shares, wins, strict=True)}


def _with_floor(chances: Mapping[str, float], floor: float) -> dict[str, float]:
    """Nobody below the floor; what that takes is taken from the others by what they have above it."""
    room = 1 - floor * len(chances)
    excess = {arm: max(0.0, chance - floor) for arm, chance in chances.items()}
    total = math.fsum(excess.values())
    if room <= 0 or total <= 0:
        return dict.fromkeys(chances, 1 / len(chances))
    return {arm: floor + room * above / total for arm, above in excess.items()}


def _log_gamma_variate(shape: float, rng: random.Random) -> float:
    """The logarithm of a variate of Gamma(shape, 1), for any shape of 0 or more.

    Of two such, a and b, the variate e^a / (e^a + e^b) is of Beta, and grows with a - b; as logarithms they
    neither vanish nor tie where shapes are tiny. After Marsaglia & Tsang, "A simple method for generating gamma
    variables" (2000), a shape below 1 being raised by 1 first, as they say in §6.
    """
    if shape < 1:
        # random() may be 0, 1 - random() may not. The least shape: 0 is what a vanishing share rounds to.
        return _log_gamma_variate(shape + 1, rng) + math.log(1 - rng.random()) / max(shape, 1e-300)
    d = shape - 1 / 3
    c = 1 / math.sqrt(9 * d)
    while True:
        x = math.sqrt(-2 * math.log(1 - rng.random())) * math.cos(2 * math.pi * rng.random())
        v = (1 + c * x) ** 3
        if v > 0 and math.log(1 - rng.random()) < x * x / 2 + d - d * v + d * math.log(v):
            return math.log(d * v)
