"""The list of the log: a line for each event."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ge_tui.run.log_lines import Level
from ge_tui.tui.log.entries import Book, when
from ge_tui.tui.text.safe import cut
from ge_tui.tui.widgets.line_list import LineList

SIGNS = {Level.DEBUG: "·", Level.INFO: "-", Level.GOOD: "✓", Level.WARNING: "!", Level.ERROR: "✗"}
_NARROW = 60
"""Below so many cells the time is left out."""


class LogList(LineList):
    """Follows the newest line while the cursor is on it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log--time",
        "log--number",
        *(f"log--{level.name.lower()}" for level in Level),
    }
    DEFAULT_CSS = """
    LogList {
        & > .log--time { color: $text-muted; }
        & > .log--number { color: $text-secondary; }
        & > .log--debug { color: $text-muted; }
        & > .log--info { color: $foreground; }
        & > .log--good { color: $text-success; }
        & > .log--warning { color: $text-warning; }
        & > .log--error { color: $text-error; text-style: bold; }
    }
    """

    class FollowChanged(Message):
        """The user began or ceased to follow."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self.book = book
        self.following = True
        self.since: float | None = None
        """When the run began, where times are counted from then."""

    def follow(self, following: bool) -> None:
        """Keep the newest line in view, or leave everything where it is."""
        if following:
            self.place_cursor(self.row_count - 1)
        if following != self.following:
            self.following = following
            self.post_message(self.FollowChanged())

    def come(self, gone: int, added: int) -> None:
        """Lines went at the front and came at the end of the book."""
        if gone:
            cursor, top = self.cursor - gone, self.scroll_offset.y - gone
            self.forget_drawn()  # every row is another now, and some are none
            self.row_count = len(self.book.shown)
            self.place_cursor(cursor, keep_in_view=False)
            self.scroll_to(y=max(0, top), animate=False, force=True)
            self.refresh()
        elif added:
            self.row_count = len(self.book.shown)
        if (gone or added) and self.following:
            self.place_cursor(self.row_count - 1)

    def others(self, cursor: int) -> None:
        """The filter is another."""
        self.row_count = len(self.book.shown)
        self.update_rows()
        self.refresh()
        self.place_cursor(self.row_count - 1 if self.following else max(0, cursor))

    def move_cursor(self, index: int) -> None:
        super().move_cursor(index)
        self.follow(self.cursor == self.row_count - 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        super().on_mouse_scroll_up(event)
        self.follow(False)

    def scroll_to_cursor(self) -> None:
        """The newest line, where it goes out of sight, comes to stand higher: not each new one scrolls the others."""
        height = self.size.height
        if self.following and height > 0 and self.cursor >= self.scroll_offset.y + height:
            self._scroll_rows(self.cursor - height + 1 + self._free_rows(self.row_count))
        else:
            super().scroll_to_cursor()

    def _free_rows(self, rows: int) -> int:
        """So far below its end a list that is longer than the screen can be scrolled."""
        return self.size.height // 3 if rows > self.size.height else 0

    def _scroll_rows(self, top: int) -> None:
        most = max(0, self.row_count - self.size.height + self._free_rows(self.row_count))
        self.scroll_to(y=min(max(top, 0), most), animate=False, force=True)

    def _resize_virtually(self, rows: int) -> None:
        super()._resize_virtually(rows + self._free_rows(rows))

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        entry = self.book.shown[index]
        base = self.row_style(cursor=cursor)
        level = f"log--{entry.level.name.lower()}"
        parts: list[tuple[str, str]] = []
        if width >= _NARROW:
            parts.append((f"{when(entry.event.at, self.since):>8} ", "log--time"))
        number = entry.event.individual
        parts.append((f"{SIGNS[entry.level]} ", level))
        parts.append((f"{'' if number is None else f'#{number}':>6} ", "log--number"))
        used = sum(len(text) for text, _ in parts)
        parts.append((cut(entry.text, width - used), "log--info" if entry.level is Level.GOOD else level))
        if cursor:
            return Strip([Segment(text, base) for text, _ in parts])
        return Strip([Segment(text, self.get_component_rich_style(name)) for text, name in parts])
