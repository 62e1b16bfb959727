"""The scrolled part of the pane: a drawing, of which only what is in sight is drawn, and only what changed painted."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.lineage.colours import ANSI_CSS, CLASSES, CSS, Styles
from ge_tui.tui.lineage.drawing import Drawing, Empty
from ge_tui.tui.widgets.strips import changed_spans, lean

_WHEEL = 3


class Canvas(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a drawing with a cursor on an individual. It knows no keys: the pane moves it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(CLASSES)
    ALLOW_SELECT = False
    DEFAULT_CSS = f"""
    Canvas {{
        height: 1fr; background: $surface; color: $foreground; scrollbar-size: 1 1; scrollbar-gutter: stable;
        {CSS}
    }}
    {ANSI_CSS}
    """

    class Resized(Message):
        """There is another size to draw for."""

    class Clicked(Message):
        """On an individual."""

        def __init__(self, number: int, *, twice: bool) -> None:
            super().__init__()
            self.number = number
            self.twice = twice

    def __init__(self) -> None:
        super().__init__()
        self.drawing: Drawing = Empty()
        self.cursor: int | None = None
        self._styles_of = Styles(self)
        self._painted: dict[int, Strip] = {}
        """By line of the screen: what stands there, to compare with."""
        self._painted_for = (0, 0, 0)

    @property
    def room(self) -> int:
        """The width there is."""
        return max(self.scrollable_content_region.width, 1)

    @property
    def rows(self) -> int:
        """The lines there are for what is scrolled."""
        return max(self.scrollable_content_region.height - self.drawing.head, 1)

    # -- showing -----------------------------------------------------------------------------------------

    def show(self, drawing: Drawing, cursor: int | None, *, stay: bool) -> None:
        """Show another drawing; `stay`: the individual under the cursor stays where it is on the screen."""
        before = self.drawing.spot(self.cursor) if self.cursor is not None else None
        offset = self.scroll_offset
        same = type(drawing) is type(self.drawing) and cursor == self.cursor
        self.drawing, self.cursor = drawing, cursor
        self._set_virtual_size(Size(self._snapped_width, drawing.height))
        after = drawing.spot(cursor) if cursor is not None else None
        x, y = offset
        if after is not None and (before is None or not stay):
            x, y = self._bringing(after, 0, 0)
        elif after is not None and before is not None:
            x, y = offset.x + after.x - before.x, offset.y + after.y - before.y
            if not same or (offset.y == 0 and after.y < self.rows):
                y = offset.y
            x, y = self._bringing(after, x, y)
        self._jump(x, y)
        self._paint_changed()

    def move(self, number: int) -> bool:
        """Move the cursor; whether the drawing has the individual."""
        spot = self.drawing.spot(number)
        before, self.cursor = self.cursor, number
        if spot is None:
            self._paint_changed()
            return False
        x, y = self._bringing(spot, *self.scroll_offset)
        if (x, y) != tuple(self.scroll_offset):
            self.drawing = self.drawing.unlit()  # every line is sent, and the kin of who is selected now come after it
            self.scroll_to(x, y, animate=False, force=True)
        for one in {before, number} - {None}:
            place = self.drawing.spot(one) if one is not None else None
            if place is not None:
                self._paint_line(place.y - self.scroll_offset.y)
        return True

    @property
    def _snapped_width(self) -> int:
        """The drawing's, and what is missing for its end to be one that is scrolled to."""
        width = self.drawing.width
        return width + (self.room - width) % self.drawing.snap if width > self.room else width

    def page(self, direction: int) -> int:
        """The step of a page."""
        return direction * max(1, self.rows - 1)

    def _bringing(self, spot: tuple[int, int, int], x: int, y: int) -> tuple[int, int]:
        """The scrolling that brings a spot into view: by a quarter of the view at once where it is just outside."""
        left, line, width = spot
        room, rows, head = self.room, self.rows, self.drawing.head
        line -= head
        if not y <= line < y + rows:
            near = y - rows <= line < y + 2 * rows
            y = (line - rows // 4 if line < y else line - rows + 1 + rows // 4) if near else line - rows // 2
        if width < room and not x <= left <= x + room - width:
            near = x - room <= left < x + 2 * room
            x = (left - room // 4 if left < x else left + width - room + room // 4) if near else left - room // 2
        x -= x % self.drawing.snap
        most_x, most_y = max(0, self._snapped_width - room), max(0, self.drawing.height - head - rows)
        return min(max(x, 0), most_x), min(max(y, 0), most_y)

    def _jump(self, x: int, y: int) -> None:
        """Scroll without painting: to set the reactives would paint every line."""
        for place, axis, bar in ((x, "x", self.horizontal_scrollbar), (y, "y", self.vertical_scrollbar)):
            if place != getattr(self.scroll_offset, axis):
                for name in (f"scroll_{axis}", f"scroll_target_{axis}"):
                    self.set_reactive(getattr(Widget, name), place)
                bar.position = place

    def _set_virtual_size(self, size: Size) -> None:
        """Tell the scroll bars. To set the reactive would paint everything."""
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            if self.is_mounted:
                self._scroll_update(self.virtual_size)

    # -- painting ----------------------------------------------------------------------------------------

    def _painted_state(self) -> tuple[int, int, int]:
        return self.room, self.scroll_offset.x, self.scroll_offset.y

    def _paint_changed(self) -> None:
        """Paint what looks different now."""
        self._painted_for = self._painted_state()
        for y in range(self.size.height):
            self._paint_line(y)

    def _paint_line(self, y: int) -> None:
        if not 0 <= y < self.scrollable_content_region.height:
            return
        before, after = self._painted.get(y), self._strip(y)
        self._painted[y] = after
        spans = [(0, self.room)] if before is None else changed_spans(before, after)
        if spans:
            self.refresh(*(Region(start, y, end - start, 1) for start, end in spans))

    def _strip(self, y: int) -> Strip:
        drawing, width = self.drawing, self.room
        line = y if y < drawing.head else y + self.scroll_offset.y
        if line >= drawing.height:
            return Strip.blank(width, self.rich_style)
        pieces = drawing.line(line, self.scroll_offset.x, width, self.cursor)
        strip = Strip([Segment(text, self._styles_of.of(kind)) for text, kind in pieces])
        return lean(strip.adjust_cell_length(width, self._styles_of.of("head" if y < drawing.head else "")))

    def render_line(self, y: int) -> Strip:
        if self._painted_for != (key := self._painted_state()):
            self._painted_for = key
            self._painted.clear()
        if y not in self._painted:
            self._painted[y] = self._strip(y)
        return self._painted[y]

    def notify_style_update(self) -> None:
        """Colours may be others now."""
        super().notify_style_update()
        self._styles_of.forget()
        self._painted.clear()

    # -- events ------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._painted.clear()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = offset.y if offset.y < self.drawing.head else offset.y + self.scroll_offset.y
        number = self.drawing.at(offset.x + self.scroll_offset.x, line)
        if number is not None:
            event.stop()
            self.post_message(self.Clicked(number, twice=event.chain == 2))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, direction: int) -> None:
        event.stop()
        event.prevent_default()
        x, y = self.scroll_offset
        if event.shift:
            x += direction * _WHEEL * self.drawing.snap
        else:
            y += direction * _WHEEL
        self.scroll_to(x, y, animate=False, force=True)
