"""The frame of a plot: axes with round numbers, and where in it a value lies. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ge_tui.axis import Span, ticks
from ge_tui.report.drawing import Dash, Drawing, Ink, Line, Point, Shape, Sign, Text

LEFT, RIGHT, TOP, BOTTOM = 66.0, 14.0, 14.0, 46.0
_LETTER = 0.56
"""How wide a letter is, on average, in parts of its height."""
_LEGEND_ROW = 18.0


@dataclass(frozen=True, slots=True)
class Size:
    """Of a whole picture."""

    width: float
    height: float


WIDE, NARROW = Size(900, 430), Size(360, 320)
"""For a desk and for a phone: text has the same size in both."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a legend."""

    name: str
    ink: Ink
    dash: Dash = ""
    sign: Sign | None = None
    """Drawn in place of a piece of line; its place does not matter."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot's inside in the units of the picture."""

    size: Size
    x: Span
    y: Span
    top: float = TOP
    """Below the legend."""

    def at(self, x: float, y: float) -> Point | None:
        """Where a pair of values lies; None where a scale has no place for it."""
        across, up = self.x.part(x), self.y.part(y)
        if across is None or up is None:
            return None
        return LEFT + across * self._width, self._floor - up * (self._floor - self.top)

    def line(self, points: Iterable[tuple[float, float]]) -> tuple[Point, ...]:
        """Values as points of the picture, without those that have no place in it."""
        return tuple(place for x, y in points if (place := self.at(x, y)) is not None)

    def steps(self, points: Iterable[tuple[float, float]]) -> tuple[Point, ...]:
        """A line that holds each value until the next."""
        drawn: list[Point] = []
        for x, y in self.line(points):
            if drawn:
                drawn.append((x, drawn[-1][1]))
            drawn.append((x, y))
        return tuple(drawn)

    def axes(self, x_name: str, y_name: str, *, whole: bool = False) -> list[Shape]:
        """Grid, numbers and names. `whole`: only whole numbers mean anything across."""
        shapes: list[Shape] = []
        for part, label in ticks(self.y, 6):
            y = self._floor - part * (self._floor - self.top)
            shapes.append(Line(((LEFT, y), (LEFT + self._width, y)), Ink.GRID))
            shapes.append(Text(LEFT - 6, y + 4, label, "end", Ink.MUTED))
        for part, label in ticks(self.x, 7 if self._width > 400 else 4, 1.0 if whole else 0.0):
            x = LEFT + part * self._width
            shapes.append(Line(((x, self._floor), (x, self._floor + 4)), Ink.MUTED))
            shapes.append(Text(x, self._floor + 18, label, "middle", Ink.MUTED))
        shapes.append(Line(((LEFT, self._floor), (LEFT + self._width, self._floor)), Ink.MUTED))
        shapes.append(Text(LEFT + self._width / 2, self.size.height - 8, x_name, "middle"))
        middle = (self.top + self._floor) / 2
        return [*shapes, Text(14, middle, y_name, "middle", upright=True)]

    @property
    def _width(self) -> float:
        return self.size.width - LEFT - RIGHT

    @property
    def _floor(self) -> float:
        return self.size.height - BOTTOM


def legend(entries: Iterable[Entry], size: Size) -> tuple[list[Shape], float]:
    """The legend above a plot, in as many rows as it takes; and where the plot may begin."""
    shapes: list[Shape] = []
    x, y = LEFT, TOP + 6
    for entry in entries:
        wide = 30 + text_width(entry.name)
        if x > LEFT and x + wide > size.width - RIGHT:
            x, y = LEFT, y + _LEGEND_ROW
        name = shortened(entry.name, size.width - RIGHT - x - 24)
        if entry.sign is None:
            shapes.append(Line(((x, y - 4), (x + 18, y - 4)), entry.ink, 2.5, entry.dash))
        else:
            sign = entry.sign
            shapes.append(Sign(x + 9, y - 4, sign.mark, sign.ink, sign.size))
        shapes.append(Text(x + 24, y, name))
        x += wide + 8
    return shapes, y + 14 if shapes else TOP


def nothing(title: str, size: Size) -> Drawing:
    """The place of a plot of which nothing is known yet."""
    words = Text(size.width / 2, 40, "nothing to show yet", "middle", Ink.MUTED)
    return Drawing(size.width, 80, title, (words,))


def text_width(text: str, size: int = 12) -> float:
    """About how wide a text is."""
    return len(text) * size * _LETTER


def shortened(text: str, width: float, size: int = 12) -> str:
    """The beginning of a text that is too wide, and a sign that there is more."""
    most = max(4, int(width / (size * _LETTER)))
    return text if len(text) <= most else text[: most - 1] + "…"
