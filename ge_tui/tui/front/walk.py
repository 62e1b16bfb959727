"""Moving about in the picture: along the front, to what is next, and through those that share a cell. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.tui.front.chart import Chart
from ge_tui.tui.plot.strokes import Cell

Direction = tuple[int, int]
"""Columns and rows; (0, -1) is up."""
LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)


def along_front(chart: Chart, current: int | None, direction: Direction) -> int | None:
    """The next on the front in a direction; from elsewhere, the nearest on the front. None: there is none."""
    front = chart.front
    if not front:
        return None
    if current is None or current not in chart.where:
        return front[0] if direction in (RIGHT, UP) else front[-1]
    if current not in front:
        return _nearest_of(front, chart, chart.where[current])
    at = front.index(current)
    if direction[0]:
        step = direction[0]
    else:  # the front rises or falls to the right, by the directions of its objectives
        rising = chart.where[front[0]][1] > chart.where[front[-1]][1]
        step = -direction[1] if rising else direction[1]
    return front[at + step] if 0 <= at + step < len(front) else None


def nearest(chart: Chart, current: int | None, direction: Direction) -> int | None:
    """The first individual of the nearest cell in a direction; None: there is nothing further that way."""
    if current is None or current not in chart.where:
        return along_front(chart, current, direction)
    here = chart.where[current]
    best: tuple[bool, float, Cell] | None = None
    for cell in chart.spots:
        ahead, aside = _ahead(here, cell, direction)
        if ahead <= 0:
            continue
        found = aside > ahead, ahead + 2 * aside, cell  # what lies straight on comes before what lies to the side
        if best is None or found < best:
            best = found
    return None if best is None else chart.spots[best[2]].numbers[0]


def in_cell(chart: Chart, current: int | None, step: int) -> int | None:
    """Another individual of the same cell; None where it is alone there."""
    if current is None or current not in chart.where:
        return None
    numbers = chart.spots[chart.where[current]].numbers
    return numbers[(numbers.index(current) + step) % len(numbers)] if len(numbers) > 1 else None


def _ahead(here: Cell, there: Cell, direction: Direction) -> tuple[float, float]:
    """How far a cell is in a direction and to the side of it; a row is as high as two columns are wide."""
    across, down = there[0] - here[0], 2 * (there[1] - here[1])
    if direction[0]:
        return across * direction[0], abs(down)
    return down * direction[1], abs(across)


def _nearest_of(numbers: Sequence[int], chart: Chart, here: Cell) -> int:
    def distance(number: int) -> float:
        column, row = chart.where[number]
        return (column - here[0]) ** 2 + 4 * (row - here[1]) ** 2

    return min(numbers, key=distance)
