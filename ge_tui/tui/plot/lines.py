"""A small plot of lines: a title that is its legend, round numbers on both axes. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.axis import Span, cell_of, span_of, ticks
from ge_tui.tui.plot.canvas import Canvas
from ge_tui.tui.plot.pieces import Piece, Row, Tone, filled, joined

SMALLEST = (16, 5)
"""Width and height below which nothing is drawn."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line through points, in the order they are given."""

    name: str
    points: tuple[tuple[float, float], ...]
    tone: Tone = Tone.FIRST
    gap: int = 1
    """1: a line; more: dotted, so that lines are told apart without colours."""
    steps: bool = False
    """Whether a value holds until the next point."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn in one plot."""

    title: str
    series: tuple[Series, ...]
    x_name: str
    """What is counted there: generations, evaluations."""
    empty: str = "nothing yet"
    """What is said while there is no point."""


def line_plot(plot: Plot, width: int, height: int, *, unicode: bool = True) -> list[Row]:
    """The plot in exactly `height` rows of at most `width` cells."""
    if width < 1 or height < 1:
        return []
    points = [point for series in plot.series for point in series.points if all(map(math.isfinite, point))]
    title = _title(plot, width, unicode=unicode)
    if (width, height) < SMALLEST or height < SMALLEST[1] or not points:
        said: Row = ((f" {plot.empty}"[:width] if not points else "", Tone.DIM),)
        return [title, said, *[()] * height][:height]
    x_span, y_span = span_of(x for x, _ in points), span_of((y for _, y in points), pad=0.04)
    rows = height - 3
    y_ticks = _y_ticks(y_span, rows)
    margin = max((len(text) for text in y_ticks.values()), default=0)
    across = width - margin - 1
    if across < 4:
        return [title, *[()] * (height - 1)]
    canvas = Canvas(across, rows, unicode=unicode)
    for series in plot.series:
        _draw(canvas, series, x_span, y_span)
    axis = "│" if unicode else "|"
    body = [
        joined([(y_ticks.get(row, "").rjust(margin) + (_tick(unicode) if row in y_ticks else axis), Tone.AXIS), *drawn])
        for row, drawn in enumerate(canvas.rows())
    ]
    return [title, *body, *_x_axis(x_span, across, margin, plot.x_name, unicode=unicode)]


def _tick(unicode: bool) -> str:
    return "┤" if unicode else "+"


def _title(plot: Plot, width: int, *, unicode: bool) -> Row:
    """What it is of, then its lines in their colours."""
    pieces: list[Piece] = [(plot.title, Tone.TITLE)]
    for series in plot.series:
        if series.name and series.points:
            sign = ("━" if series.gap == 1 else "┄") if unicode else ("-" if series.gap == 1 else ".")
            pieces.append((f" {sign}{series.name}", series.tone))
    return filled(joined(pieces), width)


def _y_ticks(span: Span, rows: int) -> dict[int, str]:
    found: dict[int, str] = {}
    for part, text in ticks(span, max(3, rows // 2)):
        found[rows - 1 - cell_of(part, rows)] = text
    return found


def _x_axis(span: Span, across: int, margin: int, name: str, *, unicode: bool) -> list[Row]:
    """The line below, which ends in its name, and the numbers under it."""
    dash, tick, corner = ("─", "┴", "└") if unicode else ("-", "+", "+")
    line, below = [dash] * across, [" "] * across
    for part, text in ticks(span, max(2, across // 9), least=1):
        at = cell_of(part, across)
        start = min(max(at - len(text) // 2, 0), across - len(text))
        if start >= 0 and not "".join(below[max(start - 1, 0) : start + len(text) + 1]).strip():
            line[at] = tick
            below[start : start + len(text)] = text
    if len(name) + 4 < across:
        line[across - len(name) - 1 :] = f" {name}"
    return [
        ((" " * margin + corner + "".join(line), Tone.AXIS),),
        ((" " * (margin + 1) + "".join(below), Tone.AXIS),),
    ]


def _draw(canvas: Canvas, series: Series, x_span: Span, y_span: Span) -> None:
    before: tuple[int, int] | None = None
    for x, y in _finite(series.points):
        part_x, part_y = x_span.part(x), y_span.part(y)
        if part_x is None or part_y is None:
            continue
        at = cell_of(part_x, canvas.width), canvas.height - 1 - cell_of(part_y, canvas.height)
        if before is None:
            canvas.dot(*at, series.tone)
        elif series.steps:
            canvas.line(before, (at[0], before[1]), series.tone, series.gap)
            canvas.line((at[0], before[1]), at, series.tone, series.gap)
        else:
            canvas.line(before, at, series.tone, series.gap)
        before = at


def _finite(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [point for point in points if all(map(math.isfinite, point))]
