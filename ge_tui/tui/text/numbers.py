"""Amounts and spans of time in few characters. Pure."""

from __future__ import annotations

import math


def compact(value: float, digits: int = 3) -> str:
    """A number in few characters: `518k`, `1.84M`, `12.5G`."""
    if not math.isfinite(value):
        return str(value)
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= size * 0.9995:
            return f"{value / size:#.{digits}g}".rstrip(".") + unit
    return f"{value:.0f}"


def whole(value: float, width: int) -> str:
    """A count: to the last digit where there is room, compact elsewhere."""
    exact = f"{value:,.0f}"
    return exact if width >= 11 and len(exact) <= width else compact(value)


def duration(seconds: float) -> str:
    """A time span as people say it: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    if not math.isfinite(seconds) or seconds < 0:
        return "-"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 36:
        return f"{hours} h {minutes:02} min"
    return f"{hours // 24} d {hours % 24} h"


def short_duration(seconds: float) -> str:
    """The same in at most six characters: 1.2 s, 45 s, 12 min, 3 h 20."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02}"


def age(seconds: float) -> str:
    """How long ago something was, in one unit."""
    if seconds < 3600:
        return f"{max(0, seconds) / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"
