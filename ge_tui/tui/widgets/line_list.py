"""A list of rows that repaints only what changed, for as many rows as there are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.keys.actions import Action, bindings
from ge_tui.tui.widgets.strips import changed_span

_WHEEL = 3
"""So many rows a step of the mouse wheel."""

LIST_ACTIONS = (
    Action("list.up", "up,k", "Up", "One row up."),
    Action("list.down", "down,j", "Down", "One row down."),
    Action("list.page_up", "pageup,ctrl+u", "Page up", "A page up."),
    Action("list.page_down", "pagedown,ctrl+d", "Page down", "A page down."),
    Action("list.first", "home,g", "First", "To the first row."),
    Action("list.last", "end,G", "Last", "To the last row."),
    Action("list.choose", "enter", "Open", "Open the row under the cursor."),
)


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of one line each, with a cursor. A subclass draws them in `render_row` and says when they changed."""

    ACTIONS: ClassVar[tuple[Action, ...]] = LIST_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LIST_ACTIONS)]
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-list--cursor"}
    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .line-list--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
        }
        &:focus > .line-list--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
    }
    """

    class OfRow(Message):
        """Something about one row."""

        def __init__(self, line_list: LineList, index: int) -> None:
            super().__init__()
            self.line_list = line_list
            self.index = index

        @property
        def control(self) -> LineList:
            return self.line_list

    class Highlighted(OfRow):
        """The user moved the cursor."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LineList.Highlighted) and message.line_list is self.line_list

    class Chosen(OfRow):
        """The user pressed enter on a row, or clicked it twice."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._count = 0
        self._cursor = -1
        self._drawn: dict[int, Strip] = {}
        """Rows as last drawn: what is on the screen, to compare with, and a cache."""
        self._colours: tuple[Style, ...] | None = None
        """Those that the rows are drawn in; None: to be looked up."""
        self._colours_before: tuple[Style, ...] | None = None

    @abstractmethod
    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        """A row, at most `width` cells wide; what is missing is filled up with `row_style`."""

    # What the rows are

    @property
    def row_width(self) -> int:
        """The cells of a row: all but the scroll bar's."""
        return self.scrollable_content_region.width

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return self._count

    @row_count.setter
    def row_count(self, count: int) -> None:
        """Rows were added or taken away at the end; for others, call `update_rows` as well."""
        before, self._count = self._count, count
        if count == before:
            return
        if not 0 <= self._cursor < count:
            self.place_cursor(min(max(self._cursor, 0), count - 1), keep_in_view=False)
        self._drawn = {index: strip for index, strip in self._drawn.items() if index < count}
        self._resize_virtually(count)
        top, height = self.scroll_offset.y, self.size.height
        first, last = max(min(before, count), top), min(max(before, count), top + height)
        if first < last:
            self.refresh(Region(0, first - top, self.row_width, last - first))

    def update_rows(self, indices: Iterable[int] | None = None) -> None:
        """These rows, or any row, may look different now. Only cells that do are painted."""
        self._look_up_colours()
        seen = self._seen()
        if indices is None:
            self._drawn = {index: strip for index, strip in self._drawn.items() if index in seen}
            indices = seen
        for index in indices:
            before = self._drawn.pop(index, None)
            if index in seen:
                self._repaint(index - seen.start, before, self._row(index, self.row_width) if before else None)

    def rearrange(self, count: int, cursor: int) -> None:
        """Rows came, went or moved, and the row that was under the cursor is another now.

        What the user looks at stays where it is on the screen, unless the list is at its top, where new rows are
        let in.
        """
        self._look_up_colours()
        drawn, seen = self._drawn, self._seen()
        top, height = self.scroll_offset.y, self.size.height
        new_top = top
        if self._cursor in seen and cursor >= 0:
            new_top = top + cursor - self._cursor if top > 0 else 0
            new_top = min(max(new_top, cursor - height + 1), cursor)
        self._count, self._cursor = count, min(max(cursor, 0), count - 1)
        self._drawn = {}
        self._resize_virtually(count)
        self._jump(min(max(new_top, 0), max(0, count - height)))
        after = self._seen()
        for y in range(max(len(seen), len(after))):
            index = after.start + y
            now = self._row(index, self.row_width) if index in after else None
            if now is not None or y < len(seen):
                self._repaint(y, drawn.get(top + y), now)

    def _seen(self) -> range:
        """The rows that are in view."""
        top = self.scroll_offset.y
        return range(top, max(top, min(self._count, top + self.size.height)))

    def _repaint(self, y: int, before: Strip | None, after: Strip | None) -> None:
        span = (0, self.row_width) if before is None or after is None else changed_span(before, after)
        if span is not None:
            self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def _jump(self, top: int) -> None:
        """Scroll without painting: to set the reactive would paint every row."""
        if top != self.scroll_offset.y:
            self.set_reactive(Widget.scroll_y, top)
            self.set_reactive(Widget.scroll_target_y, top)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.position = top

    # The cursor

    @property
    def cursor(self) -> int:
        """The row under the cursor; -1 where there is none."""
        return self._cursor

    def place_cursor(self, index: int, *, keep_in_view: bool = True) -> None:
        """Set the cursor without a message."""
        index = min(max(index, 0), self._count - 1)
        before, self._cursor = self._cursor, index
        if before != index:
            self.update_rows([one for one in (before, index) if one >= 0])
        if keep_in_view:
            self.scroll_to_cursor()

    def move_cursor(self, index: int) -> None:
        """Set the cursor for the user."""
        before = self._cursor
        self.place_cursor(index)
        if self._cursor != before:
            self.post_message(self.Highlighted(self, self._cursor))

    def scroll_to_cursor(self) -> None:
        """Bring the cursor into view. By a few rows at once at the edge: each scrolling paints the whole list."""
        height = self.size.height
        if self._cursor < 0 or height <= 0:
            return
        top, leap = self.scroll_offset.y, height // 4
        if self._cursor < top:
            self._scroll_rows(self._cursor - (leap if top - self._cursor <= height else 0))
        elif self._cursor >= top + height:
            self._scroll_rows(self._cursor - height + 1 + (leap if self._cursor < top + 2 * height else 0))

    def action_up(self) -> None:
        self.move_cursor(self._cursor - 1)

    def action_down(self) -> None:
        self.move_cursor(self._cursor + 1)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_page_down(self) -> None:
        self._page(1)

    def action_first(self) -> None:
        self.move_cursor(0)

    def action_last(self) -> None:
        self.move_cursor(self._count - 1)

    def action_choose(self) -> None:
        if self._cursor >= 0:
            self.post_message(self.Chosen(self, self._cursor))

    def _page(self, direction: int) -> None:
        step = direction * max(1, self.size.height - 1)
        self._scroll_rows(self.scroll_offset.y + step)
        self.move_cursor(self._cursor + step)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None or (index := offset.y + self.scroll_offset.y) >= self._count:
            return
        event.stop()
        self.move_cursor(index)
        if event.chain == 2:
            self.action_choose()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -_WHEEL)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._scroll_rows(self.scroll_offset.y + rows)

    # Drawing

    def row_style(self, *, cursor: bool) -> Style:
        """The colours of a row where nothing else is said."""
        return self.get_component_rich_style("line-list--cursor") if cursor else self.rich_style

    def render_line(self, y: int) -> Strip:
        self._look_up_colours()
        width, index = self.row_width, y + self.scroll_offset.y
        if index >= self._count:
            return Strip.blank(width, self.rich_style)
        drawn = self._drawn.get(index)
        return drawn if drawn is not None and drawn.cell_length == width else self._row(index, width)

    def _row(self, index: int, width: int) -> Strip:
        cursor = index == self._cursor
        strip = self.render_row(index, width, cursor=cursor).adjust_cell_length(width, self.row_style(cursor=cursor))
        if len(self._drawn) > 4 * self.size.height + 100:
            self._drawn.clear()
        self._drawn[index] = strip
        return strip

    def notify_style_update(self) -> None:
        """Colours may be others now: after a change of theme or focus, and for nothing when the mouse comes by."""
        super().notify_style_update()
        self._colours_before, self._colours = self._colours or self._colours_before, None

    def forget_drawn(self) -> None:
        """Draw every row anew when it is next painted."""
        self._drawn.clear()

    def _look_up_colours(self) -> None:
        if self._colours is None and self.size:
            names = sorted(self._get_component_classes())
            self._colours = (self.rich_style, *(self.get_component_rich_style(name) for name in names))
            if self._colours != self._colours_before:
                self.forget_drawn()

    def on_resize(self) -> None:
        self._resize_virtually(self._count)
        self.scroll_to_cursor()

    def watch_show_vertical_scrollbar(self) -> None:
        """The rows are of another width now; a bar that comes late was not told where the list was scrolled to."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = self.scroll_offset.y
        self.refresh()

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=min(max(top, 0), max(0, self._count - self.size.height)), animate=False, force=True)

    def _resize_virtually(self, rows: int) -> None:
        """Tell the scroll bar how many rows there are. To set the reactive would paint the whole list."""
        self.set_reactive(Widget.virtual_size, Size(self.size.width, rows))
        if self.is_mounted:
            self._scroll_update(self.virtual_size)
