"""The characters that tables and small pictures are made of, in ASCII too."""

from __future__ import annotations

from dataclasses import dataclass


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
