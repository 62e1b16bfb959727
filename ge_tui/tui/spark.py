"""Small pictures of numbers in characters. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_PLAIN = "_.-=+*%#"


def sparkline(values: Sequence[float], width: int, *, unicode: bool = True) -> str:
    """The newest values as bars, at most `width`; a flat line is drawn low, gaps where a value is not finite."""
    shown = list(values)[-width:] if width > 0 else []
    finite = [value for value in shown if math.isfinite(value)]
    if not finite:
        return ""
    low, spread = min(finite), max(finite) - min(finite)
    signs = _BLOCKS if unicode else _PLAIN

    def sign(value: float) -> str:
        if not math.isfinite(value):
            return " "
        return signs[min(7, int((value - low) / spread * 8))] if spread > 0 else signs[0]

    return "".join(map(sign, shown))


def bar(part: float, width: int, *, unicode: bool = True) -> str:
    """A bar that is filled to a part of its width, 0 to 1."""
    part = min(1.0, max(0.0, part)) if math.isfinite(part) else 0.0
    full = int(part * width)
    if not unicode:
        return "#" * full + "." * (width - full)
    eighths = int((part * width - full) * 8)
    tip = " ▏▎▍▌▋▊▉"[eighths] if full < width else ""
    return ("█" * full + tip.strip()).ljust(width, "░")


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
