"""Axes: which cell a value falls into, and which round numbers stand beside them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_MOST = 1e300
"""Larger values are drawn as this one, so that no difference of two is infinite."""
_FLAT = 1e-9
"""A range this part of its values, or less, is drawn as if they were all equal."""
_UNITS = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))


@dataclass(frozen=True, slots=True)
class Span:
    """A range of values, `low` below `high`; on a log scale both are logarithms to base 10."""

    low: float
    high: float
    log: bool = False

    def part(self, value: float) -> float | None:
        """How far along the range a value lies: 0 to 1 inside it; None where the scale has no place for it."""
        place = scaled(value, log=self.log)
        return None if place is None else (place - self.low) / (self.high - self.low)

    def parts_of(self, values: Iterable[float]) -> list[float]:
        """The same for many values, for all of which the scale has a place."""
        low, width = self.low, self.high - self.low
        if self.log:
            return [(math.log10(value) - low) / width for value in values]
        return [(min(max(value, -_MOST), _MOST) - low) / width for value in values]

    def value(self, part: float) -> float:
        """The value that lies so far along the range."""
        place = self.low + part * (self.high - self.low)
        return 10.0 ** min(place, 300.0) if self.log else place

    def zoomed(self, factor: float, part: float) -> Span:
        """A range `factor` times as wide, in which what lies at `part` stays there."""
        width = self.high - self.low
        at = self.low + part * width
        return spread(at - part * width * factor, at + (1 - part) * width * factor, log=self.log)

    def moved(self, parts: float) -> Span:
        """A range moved by so many of its widths."""
        step = parts * (self.high - self.low)
        return spread(self.low + step, self.high + step, log=self.log)


def scaled(value: float, *, log: bool) -> float | None:
    """A value in the units of its scale; None for one that is not finite, or not above 0 on a log scale."""
    if not math.isfinite(value):
        return None
    if log:
        return math.log10(value) if value > 0 else None
    return min(max(value, -_MOST), _MOST)


def spread(low: float, high: float, *, log: bool = False) -> Span:
    """A range in scaled units, widened where there is nothing between its ends."""
    low, high = min(max(low, -_MOST), _MOST), min(max(high, -_MOST), _MOST)
    size = max(abs(low), abs(high))
    if high - low <= max(size * _FLAT, 1e-290):
        more = 0.15 if log else max(size * 0.05, 1e-3)
        low, high = low - more, high + more
    return Span(low, high, log)


def span_of(values: Iterable[float], *, log: bool = False, pad: float = 0.0) -> Span:
    """The range of those values that the scale has a place for, and a part of it more on either side."""
    known = [place for value in values if (place := scaled(value, log=log)) is not None]
    found = spread(min(known, default=0.0), max(known, default=0.0 if log else 1.0), log=log)
    more = pad * (found.high - found.low)
    return Span(found.low - more, found.high + more, log)


def cell_of(part: float, cells: int) -> int:
    """The cell of a place of 0 to 1, clamped to those there are."""
    return min(max(int(part * cells), 0), cells - 1)


def ticks(span: Span, most: int, least: float = 0.0) -> list[tuple[float, str]]:
    """Round numbers inside a range, at most so many, with their place of 0 to 1 and what is written there.

    On a linear scale they are `least` apart or more: 1 where only whole numbers mean anything.
    """
    if most < 1:
        return []
    values, step = _log_values(span, most) if span.log else _linear_values(span.low, span.high, most, least)
    return [
        (part, label(value, step or abs(value)))
        for value in values
        if (part := span.part(value)) is not None and -1e-9 <= part <= 1 + 1e-9
    ]


def label(value: float, step: float = 0.0) -> str:
    """A number in few characters, with the digits that tell it from one a step away."""
    size = abs(value)
    for sign, unit in _UNITS:
        if size >= unit * (1 - 1e-9):
            return f"{value / unit:.{_decimals(step / unit)}f}{sign}" if size < unit * 1e4 else f"{value:.0e}"
    if value and max(size, step) < 1e-4:
        return f"{value:.0e}"
    return f"{value:.{_decimals(step)}f}"


def _decimals(step: float) -> int:
    """How many a number needs to be told from one that is a step away."""
    if step <= 0 or not math.isfinite(step):
        return 0
    return min(6, max(0, -math.floor(math.log10(step) + 1e-9)))


def _linear_values(low: float, high: float, most: int, least: float = 0.0) -> tuple[list[float], float]:
    """Multiples of 1, 2 or 5 times a power of ten, as many as are allowed."""
    rough = max((high - low) / most, least)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 5, 10, 20):
        step = factor * power
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [index * step for index in range(first, last + 1)], step
    return [], power


def _log_values(span: Span, most: int) -> tuple[list[float], float]:
    """Powers of ten and round numbers between them, each its own step; in less than a decade, evenly spaced ones."""
    first, last = max(math.floor(span.low), -300), min(math.ceil(span.high), 300)
    for factors in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        values = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
        inside = [value for value in values if span.low - 1e-9 <= math.log10(value) <= span.high + 1e-9]
        if 2 <= len(inside) <= most:
            return inside, 0.0
    if span.high - span.low > 1:
        powers = [10.0**power for power in range(first, last + 1) if span.low <= power <= span.high]
        return powers[:: max(1, math.ceil(len(powers) / most))], 0.0
    low, high = span.value(0), span.value(1)
    return _linear_values(low, high, most) if high > low else ([], 0.0)
