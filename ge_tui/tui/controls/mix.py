"""Weights as shares of a whole: moving one gives to the others, or takes from them, in proportion. Pure.

Only the ratios of weights matter, so a share is moved by changing as few weights as possible: the moved one,
and those that are locked. The others keep their weights, and with them their proportions, however small their
shares become in between.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

LEAST = 0.01
"""What must be left for the others together: at 0 they would forget their proportions."""
MOST_WEIGHT = 1000.0
_DIGITS = 4


class MixError(ValueError):
    """Why a share cannot be moved; a sentence for the user."""


def shares(weights: Mapping[str, float]) -> dict[str, float]:
    """The part of each; they sum to 1. All are 0 where no weight is above 0."""
    largest = max(weights.values(), default=0.0)
    if largest <= 0:
        return dict.fromkeys(weights, 0.0)
    total = math.fsum(weight / largest for weight in weights.values())
    return {name: weight / largest / total for name, weight in weights.items()}


def percents(weights: Mapping[str, float]) -> dict[str, int]:
    """The shares in whole percents that sum to exactly 100: the largest remainders are rounded up."""
    exact = {name: share * 100 for name, share in shares(weights).items()}
    whole = {name: math.floor(value + 1e-9) for name, value in exact.items()}
    missing = 100 - sum(whole.values()) if any(exact.values()) else 0
    by_remainder = sorted(exact, key=lambda name: (round(whole[name] - exact[name], 9), name))
    for name in by_remainder[:missing]:
        whole[name] += 1
    return whole


def most(weights: Mapping[str, float], name: str, locked: Collection[str] = ()) -> float:
    """The largest share that one can be given; 0 where it cannot be moved."""
    now = shares(weights)
    kept = math.fsum(now[other] for other in locked if other != name and other in now)
    return max(0.0, 1 - kept - LEAST) if _free(weights, name, locked) else 0.0


def move(weights: Mapping[str, float], name: str, share: float, locked: Collection[str] = ()) -> dict[str, float]:
    """The weights that differ once one has a share, or the nearest to it that there is room for.

    Locked ones keep their shares, those of 0 stay at 0, all others keep their proportions. Raises MixError.
    """
    free = _free(weights, name, locked)
    if not free:
        others = "every other share is locked or 0 %" if len(weights) > 1 else "there is no other"
        raise MixError(f"nothing to give to or take from: {others}")
    limit = most(weights, name, locked)
    if limit <= 0:
        raise MixError("the locked shares leave no room")
    share = min(max(share, 0.0), limit)
    now = shares(weights)
    kept = {other: now[other] for other in locked if other != name and other in now}
    rest = 1 - math.fsum(kept.values()) - share
    per_share = math.fsum(weights[other] for other in free) / rest
    wanted = {name: share, **kept}
    new = {other: _tidy(part * per_share) for other, part in wanted.items()}
    if max(new.values()) > MOST_WEIGHT:
        return _scaled({**weights, **new})
    return {other: weight for other, weight in new.items() if not _same(weight, weights[other])}


def _free(weights: Mapping[str, float], name: str, locked: Collection[str]) -> list[str]:
    """Those that change with it, in an order that does not depend on the mapping's."""
    return sorted(other for other, weight in weights.items() if other != name and other not in locked and weight > 0)


def _scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """The same shares by smaller weights."""
    return {name: _tidy(share * MOST_WEIGHT / 10) for name, share in shares(weights).items()}


def _tidy(weight: float) -> float:
    """As it is to be read in the record of changes."""
    return float(f"{weight:.{_DIGITS}g}")


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=10.0 ** (1 - _DIGITS) / 2)
