"""Which part of the picture is looked at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ge_tui.axis import Span, span_of
from ge_tui.tui.front.points import Axes, Point

_PAD = 0.04
_FRONT_PAD = 0.1
_CLOSEST = 1e-6
"""Of the whole picture: nobody looks closer."""


@dataclass(frozen=True, slots=True)
class Window:
    """The ranges of both axes."""

    x: Span
    y: Span

    def holds(self, point: Point) -> bool:
        """Whether a point is in sight."""
        x, y = self.x.part(point.x), self.y.part(point.y)
        return x is not None and y is not None and 0 <= x <= 1 and 0 <= y <= 1

    def covers(self, other: Window) -> bool:
        """Whether all of another is in sight."""
        pairs = ((self.x, other.x), (self.y, other.y))
        return all(mine.low <= theirs.low and theirs.high <= mine.high for mine, theirs in pairs)

    def zoomed(self, factor: float, point: Point | None) -> Window:
        """Closer or wider, around a point or the middle."""
        at_x, at_y = (None, None) if point is None else (self.x.part(point.x), self.y.part(point.y))
        return Window(
            self.x.zoomed(factor, _inside(at_x)),
            self.y.zoomed(factor, _inside(at_y)),
        )

    def following(self, point: Point) -> Window:
        """The same size with a point in sight: moved so that it is in the middle, where it was outside."""
        x, y = self.x.part(point.x), self.y.part(point.y)
        if x is None or y is None or self.holds(point):
            return self
        return Window(
            self.x if 0 <= x <= 1 else self.x.moved(x - 0.5),
            self.y if 0 <= y <= 1 else self.y.moved(y - 0.5),
        )


def _inside(part: float | None) -> float:
    return 0.5 if part is None else min(max(part, 0.0), 1.0)


def whole(points: Mapping[int, Point], axes: Axes) -> Window:
    """All there is."""
    return _around(points.values(), axes, _PAD)


def around_front(points: Mapping[int, Point], axes: Axes) -> Window:
    """The front and the seed."""
    some = [point for point in points.values() if point.front or point.number == 0]
    return _around(some or points.values(), axes, _FRONT_PAD)


def is_close_enough(window: Window, everything: Window) -> bool:
    """Whether to look closer would show nothing more."""
    return window.x.high - window.x.low < _CLOSEST * (everything.x.high - everything.x.low)


def _around(points: Iterable[Point], axes: Axes, pad: float) -> Window:
    some = list(points)
    return Window(
        span_of((point.x for point in some), log=axes.x.scale == "log10", pad=pad),
        span_of((point.y for point in some), log=axes.y.scale == "log10", pad=pad),
    )
