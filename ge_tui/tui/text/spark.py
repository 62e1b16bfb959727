"""Small pictures of numbers in characters. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ge_tui.tui.text.glyphs import Glyphs

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


def curve(values: Sequence[float], width: int, levels: str) -> str:
    """All of a curve in one line of blocks; of a longer one, every cell shows the last of its share."""
    points = [value for value in values if math.isfinite(value)]
    if not points or width <= 0:
        return ""
    if len(points) > width:
        points = [points[(place + 1) * len(points) // width - 1] for place in range(width)]
    low, high = min(points), max(points)
    top = len(levels) - 1
    if high - low < 1e-12:
        return levels[top // 2] * len(points)
    return "".join(levels[round((value - low) / (high - low) * top)] for value in points)


def progress_bar(done: float, width: int, glyphs: Glyphs) -> str:
    """A bar and its percentage."""
    share = min(max(done, 0.0), 1.0)
    label = f"{share:4.0%}"
    room = width - len(label) - 1
    if room < 2:
        return label.strip()
    full = int(share * room)
    return f"{glyphs.done * full}{glyphs.to_do * (room - full)} {label}"
