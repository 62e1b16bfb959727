"""The scrolled part of the pane: a page drawn line by line, the change one is at marked on the left."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ge_tui.tui.diff.colours import CLASSES, Styles
from ge_tui.tui.diff.folds import Fold
from ge_tui.tui.diff.page import DIVIDER, Column, Page, page_of_lines, widths
from ge_tui.tui.diff.pieces import Piece, cells, window
from ge_tui.tui.widgets.strips import lean

MARGIN = 1
"""Cells on the left, for the mark of the current change."""
_LEAD = 3
"""So many lines are seen above a change that is gone to."""
_STEP = 8
"""Cells of a step sideways."""
_KEPT = 400
"""Drawn lines that are kept."""
_EMPTY = page_of_lines(())


class DiffView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a page. It knows no keys: the pane moves it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(CLASSES)
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DiffView {
        height: 1fr;
        scrollbar-size-horizontal: 0;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """

    class Resized(Message):
        """There is another width to lay pages out for."""

    class FoldClicked(Message):
        """The user wants to see folded lines."""

        def __init__(self, fold: Fold) -> None:
            super().__init__()
            self.fold = fold

    class Moved(Message):
        """Another change is the current one."""

    def __init__(self) -> None:
        super().__init__()
        self.page = _EMPTY
        self.current: int | None = None
        """The change one is at."""
        self._styles_of = Styles(self)
        self._strips: dict[int, Strip] = {}
        self._drawn_for: tuple[int, int] = (-1, -1)

    @property
    def room(self) -> int:
        """The width that pages are laid out for."""
        return max(self.scrollable_content_region.width - MARGIN, 1)

    @property
    def top(self) -> int:
        """The first line in sight."""
        return self.scroll_offset.y

    @property
    def seen(self) -> range:
        """The lines in sight."""
        return range(self.top, min(self.top + self.scrollable_content_region.height, self.page.height))

    def show(self, page: Page, *, stay: bool = False) -> None:
        """Show another page: from its top, or at the change one was at."""
        before, at, top = self.page, self.current, self.top
        self.page = page
        self._strips.clear()
        self.virtual_size = Size(self.room + MARGIN + page.overflow, page.height)
        changes = len(page.changes)
        if stay and at is not None and changes:
            self.current = min(at, changes - 1)
            line = page.changes[self.current].start - (before.changes[at].start - top)
        else:
            self.current, line = (0 if changes else None), top if stay else 0
        self.scroll_to(None if stay else 0, line, animate=False)
        self.refresh()
        self.post_message(self.Moved())

    # -- moving ----------------------------------------------------------------------------------------

    def move(self, lines: int) -> None:
        """Go on or back by some lines."""
        self.scroll_to(None, self.top + lines, animate=False)

    def leaf(self, pages: float) -> None:
        """Go on or back by a page or half of one; one line of a whole page stays in sight."""
        height = self.scrollable_content_region.height
        step = max(int(abs(pages) * height) - (abs(pages) == 1), 1)
        self.move(step if pages > 0 else -step)

    def sideways(self, steps: int) -> None:
        """Go to the right or left by some steps; 0: back to where lines begin."""
        self.scroll_to(0 if steps == 0 else self.scroll_offset.x + steps * _STEP, None, animate=False)

    def to_change(self, step: int) -> bool:
        """Go to the next change or the one before, from the current one if it is in sight; whether there is one."""
        changes = self.page.changes
        if not changes:
            return False
        if self.current is not None and self._in_sight(changes[self.current]):
            index = self.current + step
        else:
            after = next((i for i, lines in enumerate(changes) if lines.start >= self.top), len(changes))
            index = after if step > 0 else after - 1
        if not 0 <= index < len(changes):
            return False
        self._make_current(index)
        lines = changes[index]
        if not (lines.start in self.seen and (lines.stop - 1 in self.seen or len(lines) >= len(self.seen))):
            self.scroll_to(None, lines.start - _LEAD, animate=False)
        return True

    def to_section(self, step: int) -> bool:
        """Go to the next or the previous heading of a section that has changed; whether there is one."""
        lines = [line for line in self.page.sections if (line - self.top) * step > 0]
        if not lines or (step > 0 and self.top >= self.max_scroll_y):
            return False
        line = lines[0 if step > 0 else -1]
        self.scroll_to(None, line, animate=False)
        index = next((i for i, change in enumerate(self.page.changes) if change.start >= line), None)
        if index is not None:
            self._make_current(index)
        return True

    def folds_at_current(self) -> list[Fold]:
        """The folds before and after the current change."""
        folds = sorted(self.page.folds)
        if self.current is None:
            return [self.page.folds[line] for line in folds]
        lines = self.page.changes[self.current]
        before = [line for line in folds if line < lines.start][-1:]
        after = [line for line in folds if line >= lines.stop][:1]
        return [self.page.folds[line] for line in before + after]

    def _in_sight(self, lines: range) -> bool:
        seen = self.seen
        return lines.start < seen.stop and max(lines.stop, lines.start + 1) > seen.start

    def _make_current(self, index: int) -> None:
        old, self.current = self.current, index
        if old == index:
            return
        for change in (old, index):
            if change is not None:
                lines = self.page.changes[change]
                for line in lines:
                    self._strips.pop(line, None)
                self.refresh(Region(0, lines.start - self.top, MARGIN, max(len(lines), 1)))
        self.post_message(self.Moved())

    # -- events ----------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._strips.clear()
        self.post_message(self.Resized())

    def on_click(self, event: events.Click) -> None:
        fold = self.page.folds.get(self.top + event.y)
        if fold is not None:
            self.post_message(self.FoldClicked(fold))

    def notify_style_update(self) -> None:
        self._styles_of.forget()
        self._strips.clear()
        super().notify_style_update()

    # -- drawing ---------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if self._drawn_for != (width, self.scroll_offset.x):
            self._drawn_for = width, self.scroll_offset.x
            self._strips.clear()
        line = self.top + y
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) >= _KEPT:
                self._strips.clear()
            strip = self._strips[line] = self._draw(line, width)
        return strip

    def _draw(self, line: int, width: int) -> Strip:
        if line >= self.page.height:
            return Strip(self._styles_of.segments((), width), width)
        change = self.page.change_at(line)
        mark = Piece("▌", "current") if change is not None and change == self.current else Piece(" ")
        segments = self._styles_of.segments((mark,), MARGIN)
        row = self.page.draw(line)
        for index, (column, room) in enumerate(zip(row, widths(width - MARGIN, len(row)), strict=True)):
            if index:
                segments += self._styles_of.segments((Piece(DIVIDER, "rule"),), len(DIVIDER))
            segments += self._column(column, room)
        return lean(Strip(segments, width))

    def _column(self, column: Column, width: int) -> list[Segment]:
        gutter = window(column.gutter, 0, width)
        room = width - cells(gutter)
        start = self.scroll_offset.x if column.gutter else 0
        body = window(column.body, start, room)
        if room > 0 and cells(column.body) > start + room:
            body = (*window(body, 0, room - 1), Piece("›", "quiet", column.ground))
        return self._styles_of.segments((*gutter, *body), width, column.ground)
