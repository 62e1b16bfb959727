"""How the pane is shared between the picture and the curves. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

BESIDE_FROM = 96
"""From this width on the curves stand beside the picture."""
_BELOW_FROM = 20
"""From this height on they stand below it."""
_NARROWEST = 26
"""Of a curve."""
_LOWEST = 6
_USUAL = 8
_CURVES = 3


class Show(Enum):
    """What the user wants to see."""

    BOTH = "both"
    CHART = "chart"
    CURVES = "curves"


@dataclass(frozen=True, slots=True)
class Split:
    """The size of both parts; (0, 0): not shown."""

    chart: tuple[int, int]
    curves: tuple[int, int]
    beside: bool = False


def split(width: int, height: int, show: Show) -> Split:
    """The two parts. Where there is no room for both, the picture has it."""
    if show is Show.CURVES:
        return Split((0, 0), (width, height))
    if show is Show.BOTH and width >= BESIDE_FROM:
        curves = max(36, width * 36 // 100)
        return Split((width - curves - 1, height), (curves, height), beside=True)
    if show is Show.BOTH and height >= _BELOW_FROM:
        rows = math.ceil(_CURVES / max(1, width // _NARROWEST))
        curves = min(rows * _USUAL, height * 45 // 100)
        return Split((width, height - curves), (width, curves))
    return Split((width, height), (0, 0))


def curve_sizes(width: int, height: int, count: int) -> list[list[tuple[int, int]]]:
    """The sizes of as many curves as there is room for, row by row, with a column between them."""
    if count < 1 or width < 1 or height < 1:
        return []
    columns = min(max(1, width // _NARROWEST), count)
    rows = min(math.ceil(count / columns), max(1, height // _LOWEST))
    found: list[list[tuple[int, int]]] = []
    left, y = min(count, rows * columns), 0
    for row in range(rows):
        here = min(columns, left)
        left -= here
        bottom = height * (row + 1) // rows
        room = width - (here - 1)
        found.append([(room * (i + 1) // here - room * i // here, bottom - y) for i in range(here)])
        y = bottom
    return found
