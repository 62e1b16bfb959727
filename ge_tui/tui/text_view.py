"""A long text to read, which may grow while it is read. Only rows that changed are painted."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.actions import Action, bindings
from ge_tui.tui.safe_text import cut
from ge_tui.tui.text_document import Document, Hit, Row
from ge_tui.tui.text_rows import pieces

_WHEEL = 3

TEXT_ACTIONS = (
    Action("text.up", "up,k", "Up", "One line up; the text stops following what comes."),
    Action("text.down", "down,j", "Down", "One line down."),
    Action("text.page_up", "pageup,ctrl+u", "Page up", "A page up."),
    Action("text.page_down", "pagedown,ctrl+d,space", "Page down", "A page down."),
    Action("text.first", "home,g", "Top", "To the beginning of the text."),
    Action("text.last", "end,G", "End", "To the end of the text; what comes is followed again."),
)
KINDS = ("keyword", "constant", "string", "comment", "number", "function", "class", "builtin", "decorator", "error")
"""What stands in code, by the names of its colours."""


class TextView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a document."""

    ACTIONS: ClassVar[tuple[Action, ...]] = TEXT_ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TEXT_ACTIONS)]
    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-view--title", "text-view--quiet", "text-view--good", "text-view--bad", "text-view--strong",
        "text-view--match", "text-view--match-here", *(f"text-view--{kind}" for kind in KINDS),
    }  # fmt: skip
    DEFAULT_CSS = """
    TextView {
        height: 1fr;
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .text-view--title { color: $text-muted; }
        &:focus > .text-view--title { color: $text-primary; }
        & > .text-view--quiet { color: $text-muted; text-style: italic; }
        & > .text-view--good { color: $text-success; }
        & > .text-view--bad { color: $text-error; }
        & > .text-view--strong { text-style: bold; }
        & > .text-view--match { background: $warning-muted; color: $text-warning; }
        & > .text-view--match-here { background: $warning; color: $background; text-style: bold; }
        & > .text-view--keyword, & > .text-view--decorator { color: $text-accent; }
        & > .text-view--constant, & > .text-view--number { color: $text-warning; }
        & > .text-view--string { color: $text-success; }
        & > .text-view--comment { color: $text-muted; text-style: italic; }
        & > .text-view--function, & > .text-view--class { color: $text-primary; text-style: bold; }
        & > .text-view--builtin { color: $text-secondary; }
        & > .text-view--error { color: $text-error; }
    }
    """

    class Moved(Message):
        """The user scrolled; whether the end is followed may have changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.document = Document()
        self.following = False
        """Whether the end is kept in view while the text grows."""
        self._hits: dict[tuple[int, int], list[Hit]] = {}
        self._here: Hit | None = None

    @property
    def row_width(self) -> int:
        """What the scroll bar leaves, which keeps its place also where there is nothing to scroll."""
        return self.scrollable_content_region.width

    def show(self, document: Document, *, top: int = 0, follow: bool = False) -> None:
        """Show another text, from some row on, or its end."""
        self.document = document
        self.following = follow
        self._hits, self._here = {}, None
        if not self.size.width:  # not on the screen yet: it is laid out when it gets a size
            return
        if document.width != self.row_width:
            document.layout(self.row_width)
        self._resize_virtually()
        self._scroll_rows(self._end() if follow else top)
        self.refresh()

    def grew(self, changed: range) -> None:
        """These rows of the document are others now."""
        self._resize_virtually()
        top, height = self.scroll_offset.y, self.size.height
        if self.following and self.document.row_count > top + height:
            self._scroll_rows(self._end())
        first, last = max(changed.start, top), min(changed.stop, top + height)
        if first < last:
            self.refresh(Region(0, first - top, self.row_width, last - first))

    def redraw(self) -> None:
        """Anything may be another now: a part was folded, colours came."""
        if self.size.width and self.document.width != self.row_width:
            self.document.layout(self.row_width)
        self._resize_virtually()
        self._scroll_rows(self.scroll_offset.y)
        self.refresh()

    def mark(self, hits: list[Hit], here: Hit | None) -> None:
        """Mark places, one of them as the one looked at, and bring that into view."""
        self._hits = {}
        for hit in hits:
            self._hits.setdefault((hit.part, hit.line), []).append(hit)
        self._here = here
        if here is not None:
            row, top, height = self.document.row_of(here), self.scroll_offset.y, self.size.height
            self.following = False
            if not top <= row < top + height:
                self._scroll_rows(row - height // 3)
        self.refresh()

    @property
    def at_end(self) -> bool:
        return self.scroll_offset.y + self.size.height >= self.document.row_count

    # Moving

    def action_up(self) -> None:
        self._move(-1)

    def action_down(self) -> None:
        self._move(1)

    def action_page_up(self) -> None:
        self._move(-max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self._move(max(1, self.size.height - 1))

    def action_first(self) -> None:
        self._move(-self.document.row_count)

    def action_last(self) -> None:
        self.following = True
        self._scroll_rows(self._bottom())
        self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -_WHEEL)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._move(rows)

    def _move(self, rows: int) -> None:
        self.following = False
        self._scroll_rows(self.scroll_offset.y + rows)
        self.post_message(self.Moved())

    def _bottom(self) -> int:
        return max(0, self.document.row_count - self.size.height)

    def _end(self) -> int:
        """Where to scroll to follow: some rows stay free, so that not each new one scrolls all the others."""
        return self._bottom() + self._free_rows()

    def _free_rows(self) -> int:
        """So far below its end a text that is longer than the screen can be scrolled."""
        return self.size.height // 3 if self.document.row_count > self.size.height else 0

    def _scroll_rows(self, top: int) -> None:
        self.scroll_to(y=min(max(top, 0), self._bottom() + self._free_rows()), animate=False, force=True)

    def _resize_virtually(self) -> None:
        """Tell the scroll bar how many rows there are. To set the reactive would paint everything."""
        rows = self.document.row_count + self._free_rows()
        self.set_reactive(Widget.virtual_size, Size(self.size.width, rows))
        if self.is_mounted:
            self._scroll_update(self.virtual_size)

    def on_resize(self) -> None:
        if self.document.width != self.row_width:
            at = self.document.row(self.scroll_offset.y)
            self.document.layout(self.row_width)
            self._resize_virtually()
            self._scroll_rows(self._end() if self.following else self._row_like(at))
        else:
            self._resize_virtually()
            self._scroll_rows(self._end() if self.following else self.scroll_offset.y)
        self.refresh()

    def _row_like(self, row: Row | None) -> int:
        """Where what stood in a row of the old layout stands now."""
        if row is None or row.line < 0:
            return 0
        return self.document.row_of(Hit(row.part, row.line, row.start, row.end))

    # Drawing

    def render_line(self, y: int) -> Strip:
        width = self.row_width
        row = self.document.row(y + self.scroll_offset.y)
        if row is None:
            return Strip.blank(width, self.rich_style)
        part = self.document.parts[row.part]
        if row.line < 0:
            sign = "▸ " if part.folded else "▾ "
            style = self._style("title")
            title = cut(f"{sign}{part.title} ", width)
            return Strip([Segment(title, style)]).extend_cell_length(width, style)
        base = self._style(part.look)
        marks = [
            (hit.start, hit.end, "match-here" if hit == self._here else "match")
            for hit in self._hits.get((row.part, row.line), ())
        ]
        line = part.lines[row.line]
        drawn = pieces(row.start, row.end, part.spans.get(row.line, ()), marks)
        segments = [Segment(line[a:b], self._style(kind) if kind else base) for a, b, kind in drawn]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, kind: str) -> Style:
        return self.get_component_rich_style(f"text-view--{kind}") if kind else self.rich_style
