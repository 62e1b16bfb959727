"""Where chance comes from: a stream of its own for every decision of a run.

A decision draws from (run seed, generation, slot, purpose) and nothing else. So the order in which workers
finish, and what other decisions have drawn, change nothing, and a run can be replayed from any point.
"""

from __future__ import annotations

import hashlib
import math
import random
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate


def draw(seed: int, generation: int, slot: int, purpose: str) -> random.Random:
    """The generator for one decision: the same in every process and version of Python.

    Its `random()` gives the same numbers everywhere; Python promises that of no other method. The streams of
    different arguments are independent.
    """
    name = f"{int(seed)}/{int(generation)}/{int(slot)}/{purpose}"
    return random.Random(int.from_bytes(hashlib.sha256(name.encode()).digest(), "big"))


def weighted_choice(rng: random.Random, weights: Mapping[str, float]) -> str:
    """A name with a chance in proportion to its weight; one of weight 0 is never chosen.

    The order of the mapping is part of the draw. Raises ValueError where a weight is negative or not
    finite, and where none is above 0.
    """
    for name, weight in weights.items():
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"the weight of '{name}' is {weight}; it must be a finite number, 0 or more")
    largest = max(weights.values(), default=0.0)
    if largest == 0:
        raise ValueError(f"nothing to choose from: no weight is above 0 ({', '.join(weights) or 'no names'})")
    # Shares of the largest, so that finite weights have a finite sum; added one by one, for sum() rounds
    # differently in later versions of Python.
    bounds = list(accumulate(weight / largest for weight in weights.values()))
    return list(weights)[bisect_right(bounds, rng.random() * bounds[-1])]
