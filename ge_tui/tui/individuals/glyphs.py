"""Text for cells of a fixed width: safe, cut, in compact numerals, and small pictures of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

from rich.cells import cell_len, set_cell_size


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a terminal that has more than ASCII, or not."""

    levels: str
    """Of a learning curve, from low to high."""
    done: str
    to_do: str
    up: str
    down: str
    cut: str
    """Where a text was cut."""
    mark: str
    times: str


BLOCKS = Glyphs("▁▂▃▄▅▆▇█", "━", "─", "▲", "▼", "…", "◆", "×")
ASCII = Glyphs("_.-=+*#@", "=", "-", "^", "v", "~", "m", "x")


def glyphs_for(*, unicode: bool) -> Glyphs:
    """What a terminal can show."""
    return BLOCKS if unicode else ASCII


@lru_cache(4096)
def clean(text: str) -> str:
    """A text of anyone's on one line, without what would steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def fit(text: str, width: int, *, right: bool = False, cut: str = "…") -> str:
    """Exactly `width` cells of a clean text, cut with a sign or filled up."""
    size = len(text) if text.isascii() else cell_len(text)
    if size > width:
        return set_cell_size(text, width - 1) + cut if width > 0 else ""
    space = " " * (width - size)
    return space + text if right else text + space


def compact(value: float, digits: int = 3) -> str:
    """A number in few characters: `518k`, `1.84M`, `12.5G`."""
    if not isfinite(value):
        return str(value)
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= size * 0.9995:
            return f"{value / size:#.{digits}g}".rstrip(".") + unit
    return f"{value:.0f}"


def whole(value: float, width: int) -> str:
    """A count: to the last digit where there is room, compact elsewhere."""
    exact = f"{value:,.0f}"
    return exact if width >= 11 and len(exact) <= width else compact(value)


def sparkline(values: Sequence[float], width: int, levels: str) -> str:
    """A curve in one line of blocks; of a longer one, every cell shows the last of its share."""
    points = [value for value in values if isfinite(value)]
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
