"""Time spans as people say them. Pure."""

from __future__ import annotations

import math


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
