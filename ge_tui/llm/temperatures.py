"""How boldly a model is asked: each operator's range of temperatures, and the bands in it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from ge_tui.search import temperature_band

RANGES: Mapping[str, tuple[float, float]] = {
    "create": (0.05, 0.40),
    "mutate": (0.02, 0.35),
    "eot": (0.02, 0.35),
    "crossover": (0.05, 0.10),
    "repair": (0.0, 0.20),
}
"""The range of each operator, at control temperature 1 (facts of the original system; repair is ours)."""

_STEPS = 1000
"""A temperature is a whole number of thousandths."""


def temperature_in(
    operator: str, heat: float, temperature: float, spread: float, bands: Mapping[str, float] | None = None
) -> float:
    """The temperature that a draw `heat` of 0 to 1 comes to, under the two controls.

    With `bands`, a band of those in the operator's range is drawn by these weights, and a temperature in what
    the two have in common; where none of weight above 0 is in the range, it is as without.
    """
    middle, width = _shape(operator, spread)
    weighed = [
        (low, high, weight)
        for band, (low, high) in _overlaps(operator, temperature, spread).items()
        if low < high and (weight := (bands or {}).get(band, 0.0)) > 0
    ]
    if not weighed:
        return round((middle + width * (heat - 0.5)) * temperature, 3)
    bounds = list(accumulate((weight for _, _, weight in weighed), initial=0.0))
    place = heat * bounds[-1]
    drawn = bisect_right(bounds, place, 1, len(weighed)) - 1
    low, high, weight = weighed[drawn]
    inside = low + (high - low) * min(1.0, (place - bounds[drawn]) / weight)
    # Down to thousandths, and not onto the band's upper end, which belongs to the next one.
    return max(low, min(math.floor(inside * _STEPS), math.ceil(high * _STEPS) - 1) / _STEPS)


def band_widths(operator: str, temperature: float, spread: float) -> dict[str, float]:
    """The part of an operator's range that lies in each band, the parts summing to 1."""
    overlaps = _overlaps(operator, temperature, spread)
    whole = math.fsum(high - low for low, high in overlaps.values())
    if whole <= 0:
        return dict.fromkeys(overlaps, 1.0)
    return {band: (high - low) / whole for band, (low, high) in overlaps.items()}


def _shape(operator: str, spread: float) -> tuple[float, float]:
    low, high = RANGES[operator]
    return (low + high) / 2, (high - low) * spread


def _overlaps(operator: str, temperature: float, spread: float) -> dict[str, tuple[float, float]]:
    """What each band has in common with the operator's range; a range that is a point is in one band."""
    middle, width = _shape(operator, spread)
    low, high = (round((middle + width * side) * temperature, 6) for side in (-0.5, 0.5))
    if low >= high:
        return {temperature_band(low): (low, high)}
    tenths = range(math.floor(round(low * 10, 6)), math.ceil(round(high * 10, 6)))
    parts = {temperature_band(tenth / 10): (max(low, tenth / 10), min(high, (tenth + 1) / 10)) for tenth in tenths}
    return {band: part for band, part in parts.items() if part[0] < part[1]}
