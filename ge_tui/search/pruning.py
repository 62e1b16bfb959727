"""When a training can be given up: rules over learning curves. Pure.

A curve is a sequence of (step, value) by rising step; larger values are better (a loss is given negated). A value
that is NaN is left out: it says nothing, and what has diverged ends by itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Curve = Sequence[tuple[int, float]]

FEWEST_RIVALS = 4
"""With fewer curves to compare with, nothing is given up."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a training is given up."""

    rule: str
    step: int
    value: float
    """The best that the curve has reached."""
    against: float
    """What that was measured against."""


def median_rule(curve: Curve, rivals: Sequence[Curve]) -> Shortfall | None:
    """Give up where a curve's best so far lies below the median of its rivals' at the same step.

    With s the newest step: give up if max{v(t): t <= s} < median over rivals r of v_r(s), where v_r(s) is the last
    value of r at or before s. A rival without one is left out; with fewer than FEWEST_RIVALS left, nothing is given up.
    Reference: Golovin et al., "Google Vizier" (KDD 2017), §3.2.1 (median stopping), with the value in place of the
    running mean, as in Optuna's median pruner.
    """
    own = _finite(curve)
    if not own:
        return None
    step = own[-1][0]
    at_step = [reached[-1] for rival in rivals if (reached := [v for s, v in _finite(rival) if s <= step])]
    if len(at_step) < FEWEST_RIVALS:
        return None
    best, line = max(value for _, value in own), median(at_step)
    return Shortfall("median", step, best, line) if best < line else None


def patience_rule(curve: Curve, patience: int, goal: float) -> Shortfall | None:
    """Give up where a curve below its goal has not risen for `patience` values.

    With v_1 … v_n the values and p the patience: give up if n > p, max{v_1 … v_n} < goal, and no later value is
    above max{v_1 … v_(n-p)}. A patience of 0 gives up nothing. Reference: early stopping by patience, Prechelt, "Early
    stopping - but when?" (1998), its criterion UP, here with the goal in addition, for what stalls may still be good.
    """
    own = _finite(curve)
    values = [value for _, value in own]
    if patience <= 0 or len(values) <= patience:
        return None
    before, lately = max(values[:-patience]), max(values[-patience:])
    best = max(before, lately)
    return Shortfall("patience", own[-1][0], best, goal) if lately <= before and best < goal else None


def _finite(curve: Curve) -> list[tuple[int, float]]:
    return [(step, value) for step, value in curve if math.isfinite(value)]
