"""The front pane: the picture, the curves, and the selected individual in words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from ge_tui.tui.acts.actions import act_bindings
from ge_tui.tui.front.actions import ACTIONS, HELP
from ge_tui.tui.front.chart import Chart
from ge_tui.tui.front.curves import best_plot, draw_curves, hypervolume_plot, learning_plot
from ge_tui.tui.front.layout import Show, Split, split
from ge_tui.tui.front.points import Point, PointBook
from ge_tui.tui.front.sketch import Sketch
from ge_tui.tui.front.walk import in_cell
from ge_tui.tui.front.walking import Walking
from ge_tui.tui.front.window import Window, is_close_enough, whole
from ge_tui.tui.front.words import about, status_line
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.panes.announcing import Announcer
from ge_tui.tui.panes.pane import Watched
from ge_tui.tui.plot.board import Board
from ge_tui.tui.plot.lines import Plot
from ge_tui.tui.plot.pieces import Tone
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.saying import say

_SETTLED_S = 0.08
"""So long the selection must rest before others and the learning curve follow it."""
_TWO_LINES_FROM = 12
_STEP = 0.6
_MANY = 1500
"""From so many points on a thread draws them."""


class FrontPane(Walking, can_focus=True):
    """Where every measured individual stands, and how the run came there."""

    NAME = "front"
    TITLE = "Front"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS), *act_bindings()]
    DEFAULT_CSS = """
    FrontPane {
        layout: vertical;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; background: $panel; }
        & > .front--status { color: $text-muted; }
        & > Container { height: 1fr; }
        & Board { position: absolute; }
    }
    """

    def __init__(self, watched: Watched, *, unicode: bool | None = None) -> None:
        super().__init__(watched)
        self.unicode = speaks_unicode() if unicode is None else unicode
        self.book = PointBook()
        self.number: int | None = None
        """The selected individual."""
        self.marked: int | None = None
        self.show_what = Show.BOTH
        self.dominated = True
        self.view = "all"
        """Or `front`, or `window` for one that the user chose."""
        self.window: Window | None = None
        self.drawing: Chart | None = None
        self.chart = Board(classes="front--chart")
        self.curves = Board(classes="front--curves")
        self._area = Container(self.chart, self.curves)
        self._about = Static(classes="front--about")
        self._status = Static(classes="front--status")
        self._announcer = Announcer(self)
        self._hovered: int | None = None
        self._learning: tuple[object, ...] = ()
        self._drawing_news = self._news_again = False
        self._parts = Split((0, 0), (0, 0))
        self._drawn_curves: tuple[list[Plot], tuple[int, int]] = ([], (0, 0))

    def compose(self) -> ComposeResult:
        yield self._area
        yield self._about
        yield self._status

    # -- the run goes on -------------------------------------------------------------------------------

    def refresh_from(self, change: Change) -> None:
        if not change.touches(Part.INDIVIDUALS, Part.GENERATIONS, Part.RUN):
            return
        changed = self.book.update(self.model, change.individuals)
        if self.number is None and self.model.best is not None:
            self.number = self.model.best.number
        if changed:
            self._draw_news()
        elif change.individuals:
            self._say()
        if changed or change.touches(Part.GENERATIONS) or self._learning != self._what_is_learned():
            self._draw_curves()

    @property
    def at_cursor(self) -> int | None:
        return self.number

    def select(self, number: int) -> None:
        if self._announcer.hear(number):
            self._go_to(number)
            self._draw_curves()

    def mark(self, number: int | None) -> None:
        if number != self.marked:
            self.marked = number
            self._show_selected()

    def remembered(self) -> dict[str, Any]:
        view = self.view if self.view in ("all", "front") else "all"
        return {"show": self.show_what.value, "view": view, "dominated": self.dominated}

    def restore(self, values: Mapping[str, Any]) -> None:
        if values.get("show") in [show.value for show in Show]:
            self.show_what = Show(values["show"])
        if values.get("view") in ("all", "front"):
            self.view = values["view"]
        if isinstance(values.get("dominated"), bool):
            self.dominated = values["dominated"]
        self._lay_out()

    # -- drawing ---------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    def on_mount(self) -> None:
        self._lay_out()

    def on_focus(self) -> None:
        self.chart.add_class("-focus")
        self.chart.refresh()

    def on_blur(self) -> None:
        self.chart.remove_class("-focus")
        self.chart.refresh()

    def _lay_out(self) -> None:
        """Give both parts their places."""
        if not self.is_mounted or not self.size:
            return
        lines = 2 if self.size.height >= _TWO_LINES_FROM else 1
        self._status.display = lines > 1
        parts = split(self.size.width, max(1, self.size.height - lines), self.show_what)
        for board, (width, height) in ((self.chart, parts.chart), (self.curves, parts.curves)):
            board.display = width > 0 and height > 0
            board.styles.width, board.styles.height = max(1, width), max(1, height)
        at = (parts.chart[0] + 1, 0) if parts.beside else (0, parts.chart[1])
        self.curves.styles.offset = at
        self._parts = parts
        self._draw()
        self._draw_curves()

    def _draw(self) -> None:
        """The picture anew, for another size or window."""
        sketch = self._sketch()
        if self.is_mounted and sketch is not None:
            self._take(*sketch.drawn())

    def _sketch(self) -> Sketch | None:
        """What the picture is to be made of; None before anything is known."""
        axes = self.book.axes
        if axes is None:
            return None
        size = self._parts.chart if self.chart.display else (0, 0)
        return Sketch(self.book.points, axes, self.view, self.window, size, self.unicode, self.dominated)

    def _draw_news(self) -> None:
        """The picture anew, after new measures: of thousands it takes a thread."""
        if len(self.book.points) < _MANY:
            self._draw()
        elif not self._drawing_news:
            self._drawing_news = True
            self.run_worker(self._draw_aside(), group="front")
        else:
            self._news_again = True

    async def _draw_aside(self) -> None:
        try:
            self._news_again = True
            while self._news_again and self.is_mounted:
                self._news_again = False
                sketch = self._sketch()
                if sketch is None:
                    return
                sketch = replace(sketch, points=dict(sketch.points))
                drawn = await asyncio.to_thread(sketch.drawn)
                if self._sketch() == replace(sketch, points=self.book.points):
                    self._take(*drawn)
                elif self.is_mounted:
                    self._draw()  # for what the user did meanwhile
        finally:
            self._drawing_news = False

    def _take(self, window: Window, drawing: Chart | None) -> None:
        self.window, self.drawing = window, drawing
        self._show_selected()
        self._say_status()

    def _show_selected(self) -> None:
        if self.drawing is None:
            words = "there is no room for the picture" if self.book.points else "nothing has been measured yet"
            self.chart.show([] if not self.chart.display else [((f" {words}", Tone.DIM),)])
        else:
            self.chart.show(self.drawing.with_selected(self.in_picture, self.marked))
        self._say()

    @property
    def in_picture(self) -> int | None:
        """The selected one; for a duplicate, the one it stands for."""
        one = None if self.number is None else self.model.individuals.get(self.number)
        return None if one is None else self.model.original(one).number

    @property
    def _point(self) -> Point | None:
        number = self.in_picture
        return None if number is None else self.book.points.get(number)

    def _say(self) -> None:
        if not self.is_mounted:
            return
        separator = "·" if self.unicode else "|"
        number = self._hovered if self._hovered is not None else self.number
        say(self._about, f" {about(number, self.model, self.book, self.drawing, separator)}")

    def _say_status(self) -> None:
        view = {"all": "view: all", "front": "view: the front"}.get(self.view, "view: closer")
        separator = "·" if self.unicode else "|"
        say(self._status, f" {status_line(self.book, self.drawing, view, self.book.axes, separator)}")

    def _what_is_learned(self) -> tuple[object, ...]:
        """What the learning curves are drawn of."""
        model = self.model
        best = model.best
        shown = [self.number, 0, None if best is None else best.number]
        return tuple(
            (n, model.original(one).curve) for n in shown if n is not None and (one := model.individuals.get(n))
        )

    def _draw_curves(self) -> None:
        if not self.is_mounted or not self.curves.display:
            return
        self._learning = self._what_is_learned()
        plots = [best_plot(self.model), hypervolume_plot(self.model), learning_plot(self.model, self.number)]
        if (plots, self._parts.curves) != self._drawn_curves:
            self._drawn_curves = plots, self._parts.curves
            self.curves.show(draw_curves(plots, self._parts.curves, unicode=self.unicode))

    # -- going to individuals --------------------------------------------------------------------------

    def go(self, number: int | None) -> None:
        """The user went to an individual; others hear of it once the selection rests."""
        if number is None:
            return
        self._go_to(number)
        self._announcer.soon(_SETTLED_S, self.announce)

    def _go_to(self, number: int) -> None:
        self.number, self._hovered = number, None
        point = self._point
        if point is not None and self.window is not None and not self.window.holds(point):
            self.view, self.window = "window", self.window.following(point)
            self._draw()
        else:
            self._show_selected()

    def announce(self) -> None:
        """Tell the others now where the user is."""
        self._announcer.tell(self.number)
        self._draw_curves()

    # -- the view --------------------------------------------------------------------------------------

    def _look_at(self, view: str) -> None:
        self.view = view
        self._draw()

    def action_front(self) -> None:
        self._look_at("front")

    def action_all(self) -> None:
        self._look_at("all")

    def action_closer(self) -> None:
        self._zoom(_STEP)

    def action_wider(self) -> None:
        self._zoom(1 / _STEP)

    def _zoom(self, factor: float) -> None:
        if self.window is None or self.book.axes is None:
            return
        everything = whole(self.book.points, self.book.axes)
        if factor < 1 and is_close_enough(self.window, everything):
            return
        window = self.window.zoomed(factor, self._point)
        if factor > 1 and window.covers(everything):
            self._look_at("all")
            return
        self.window = window
        self._look_at("window")

    def action_curves(self) -> None:
        order = [Show.BOTH, Show.CHART, Show.CURVES]
        parts = split(self.size.width, self.size.height - 2, Show.BOTH)
        if parts.curves == (0, 0):  # both look like the picture alone
            order.remove(Show.BOTH)
        at = order.index(self.show_what) if self.show_what in order else 0
        self.show_what = order[(at + 1) % len(order)]
        self._lay_out()

    def action_dominated(self) -> None:
        self.dominated = not self.dominated
        self._draw()

    # -- the mouse -------------------------------------------------------------------------------------

    def _under(self, event: events.MouseEvent) -> tuple[int, ...]:
        if self.drawing is None or not self.chart.display:
            return ()
        x, y = event.screen_offset - self.chart.region.offset
        return self.drawing.at(x, y)

    def on_click(self, event: events.Click) -> None:
        numbers = self._under(event)
        if not numbers:
            return
        here = self.in_picture
        if event.chain > 1 and here in numbers:
            self.action_diff()
        elif here in numbers:
            self.go(in_cell(self.drawing, here, 1) if self.drawing else None)
        else:
            self.go(numbers[0])

    def on_mouse_move(self, event: events.MouseMove) -> None:
        numbers = self._under(event)
        self._hover(numbers[0] if numbers else None)

    def on_leave(self) -> None:
        self._hover(None)

    def _hover(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            self._say()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_closer()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_wider()
