"""All that a picture is made of, so that it can be drawn anywhere and compared with what is wanted by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ge_tui.tui.front.chart import Chart, draw_chart
from ge_tui.tui.front.points import Axes, Point
from ge_tui.tui.front.window import Window, around_front, whole


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is to be drawn."""

    points: Mapping[int, Point]
    axes: Axes
    view: str
    """`all`, `front`, or `window` for the one given."""
    window: Window | None
    size: tuple[int, int]
    """(0, 0): the picture is hidden."""
    unicode: bool
    dominated: bool

    def drawn(self) -> tuple[Window, Chart | None]:
        """The window and the picture in it; None where there is no room or nothing to draw."""
        window = self.window
        if self.view == "all" or window is None:
            window = whole(self.points, self.axes)
        if self.view == "front":
            window = around_front(self.points, self.axes)
        if not self.points:
            return window, None
        return window, draw_chart(
            self.points, self.axes, window, self.size, unicode=self.unicode, dominated=self.dominated
        )
