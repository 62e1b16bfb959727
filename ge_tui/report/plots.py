"""Plots of any values: lines with bands, bars, and rates with their intervals. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.axis import Span, span_of, ticks
from ge_tui.report.drawing import Area, Box, Dash, Drawing, Ink, Line, Shape, Sign, Text
from ge_tui.report.frame import BOTTOM, RIGHT, TOP, Entry, Frame, Size, legend, nothing, shortened, text_width

Points = tuple[tuple[float, float], ...]
_ROW = 24.0
_LEAST_ROOM = 1.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over the course of a run, or of several."""

    name: str
    points: Points
    ink: Ink
    dash: Dash = ""
    low: Points = ()
    """With `high`, how far several runs lie apart."""
    high: Points = ()


def curve_plot(title: str, curves: Sequence[Curve], x_name: str, y_name: str, size: Size, *, whole: bool) -> Drawing:
    """Lines that hold a value until the next; several have a legend."""
    drawn = [curve for curve in curves if curve.points]
    if not drawn:
        return nothing(title, size)
    shown = [Entry(curve.name, curve.ink, curve.dash) for curve in drawn if curve.name]
    above, top = legend(shown, size)
    every = [point for curve in drawn for points in (curve.points, curve.low, curve.high) for point in points]
    across = span_of([x for x, _ in every])
    frame = Frame(size, across, span_of([y for _, y in every], pad=0.06), top)
    shapes: list[Shape] = [*above, *frame.axes(x_name, y_name, whole=whole)]
    for curve in drawn:
        if curve.low and curve.high:
            outline = (*frame.steps(curve.high), *reversed(frame.steps(curve.low)))
            shapes.append(Area(outline, curve.ink))
    shapes += [Line(frame.steps(curve.points), curve.ink, 2.2, curve.dash, curve.name) for curve in drawn]
    return Drawing(size.width, size.height, title, tuple(shapes))


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with a name."""

    name: str
    value: float
    label: str
    """The value in words."""
    note: str = ""


def bar_plot(title: str, bars: Sequence[Bar], width: float, ink: Ink = Ink.ONE) -> Drawing:
    """A bar for each name, its value beside it."""
    left = _names_width([bar.name for bar in bars], width)
    labels = max((text_width(bar.label) for bar in bars), default=0.0) + 10
    most = max((bar.value for bar in bars), default=0.0) or 1.0
    room = max(20.0, width - left - labels - RIGHT)
    shapes: list[Shape] = []
    for place, bar in enumerate(bars):
        y = TOP + place * _ROW
        shapes.append(Text(left - 8, y + 13, shortened(bar.name, left - 12), "end"))
        long = max(_LEAST_ROOM, bar.value / most * room)
        shapes.append(Box(left, y + 2, long, _ROW - 8, ink, bar.note or f"{bar.name}: {bar.label}"))
        shapes.append(Text(left + long + 6, y + 13, bar.label, ink=Ink.MUTED))
    return Drawing(width, 2 * TOP + max(1, len(bars)) * _ROW - 6, title, tuple(shapes))


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of 0 to 1 and the interval it is believed to lie in."""

    name: str
    low: float
    mean: float
    high: float
    note: str = ""


def rate_plot(title: str, rates: Sequence[Rate], x_name: str, width: float) -> Drawing:
    """An interval for each name, the mean marked."""
    left = _names_width([rate.name for rate in rates], width)
    span = Span(0.0, 1.0)
    room = width - left - RIGHT - 8
    floor = TOP + len(rates) * _ROW

    def at(value: float) -> float:
        return left + (span.part(value) or 0.0) * room

    shapes: list[Shape] = []
    for part, label in ticks(span, 6):
        x = left + part * room
        shapes.append(Line(((x, TOP), (x, floor)), Ink.GRID))
        shapes.append(Text(x, floor + 16, label, "middle", Ink.MUTED))
    for place, rate in enumerate(rates):
        y = TOP + place * _ROW + 10
        shapes.append(Text(left - 8, y + 4, shortened(rate.name, left - 12), "end"))
        shapes.append(Line(((at(rate.low), y), (at(rate.high), y)), Ink.ONE, 5.0, note=rate.note))
        shapes.append(Sign(at(rate.mean), y, "dot", Ink.TEXT, 4.5, rate.note))
    shapes.append(Text(left + room / 2, floor + 36, x_name, "middle"))
    return Drawing(width, floor + BOTTOM, title, tuple(shapes))


def _names_width(names: Sequence[str], width: float) -> float:
    """How much room the names at the left get: as much as they need, but no more than a good third."""
    return min(max((text_width(name) for name in names), default=0.0) + 16, width * 0.4)
