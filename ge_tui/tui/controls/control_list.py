"""The list of controls: a cursor, sliders that can be dragged, and no more repainting than what changed."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ge_tui.tui.controls.draw import STYLES, Columns, choice_at, columns, dragged_to, level_at, strip
from ge_tui.tui.controls.lines import Line, Look

_CLASSES = {f"controls--{name}" for name in ("cursor", *STYLES)}


class ControlList(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines; what the user does with the mouse it posts, keys are the pane's."""

    COMPONENT_CLASSES: ClassVar[set[str]] = _CLASSES
    DEFAULT_CSS = """
    ControlList {
        height: 1fr;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        overflow-x: hidden;
        .controls--heading { color: $primary; text-style: bold; }
        .controls--filled { color: $primary; }
        .controls--empty { color: $text-disabled; }
        .controls--value { text-style: bold; }
        .controls--chosen { color: $primary; text-style: bold; }
        .controls--muted { color: $text-muted; }
        .controls--program { color: $text-accent; }
        .controls--earned { color: $text-secondary; }
        .controls--changing { color: $warning; text-style: bold; }
        .controls--in-force { color: $success; }
        .controls--refused { color: $error; text-style: bold; }
        .controls--mark { color: $accent; text-style: bold; }
        .controls--cursor { background: $boost; }
        &:focus .controls--cursor { background: $primary 25%; }
    }
    """

    class Highlighted(Message):
        """The cursor is on another line."""

    class Toggled(Message):
        """A heading was clicked."""

    class Levelled(Message):
        """A slider was put to a level from 0 to 1."""

        def __init__(self, line: Line, level: float) -> None:
            super().__init__()
            self.line = line
            self.level = level

    class Chosen(Message):
        """A choice of a switch was clicked."""

        def __init__(self, line: Line, choice: int) -> None:
            super().__init__()
            self.line = line
            self.choice = choice

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._at = 0
        self._dragged = ""
        self._columns = Columns(80, 20, 20)
        self._styles: dict[str, Style] = {}

    @property
    def line(self) -> Line | None:
        """The one under the cursor."""
        return self.lines[self._at] if self._at < len(self.lines) else None

    def show(self, lines: list[Line]) -> None:
        """Show lines, the cursor staying on its own where it is still there; only those that differ are painted."""
        before, was = self.lines, self.line
        self.lines = lines
        at = next((n for n, line in enumerate(lines) if was is not None and line.id == was.id), None)
        self._at = min(self._at, max(0, len(lines) - 1)) if at is None else at
        if self.line is not None and not self.line.can_be_selected:
            self._at = self._next_from(self._at, -1)
        place = self._place()
        if place != self._columns or [line.id for line in before] != [line.id for line in lines]:
            self._columns = place
            self.virtual_size = Size(self.size.width, len(lines))
            self.refresh()
            self.call_after_refresh(self._scroll_to_cursor)
            return
        for number, (old, new) in enumerate(zip(before, lines, strict=True)):
            if old != new:
                self.refresh_line(number)

    def go(self, steps: int) -> None:
        """Move the cursor by some lines that can be selected."""
        at = self._at
        for _ in range(abs(steps)):
            at = self._next_from(at, 1 if steps > 0 else -1)
        self.go_to(at)

    def go_to(self, at: int) -> None:
        if not 0 <= at < len(self.lines) or at == self._at:
            return
        before, self._at = self._at, at
        for changed in (before, at):
            self.refresh(Region(0, changed - self.scroll_offset.y, self._columns.lit, 1))
        self._scroll_to_cursor()
        self.post_message(self.Highlighted())

    def go_to_heading(self, direction: int) -> None:
        """To the next heading, or the one before."""
        order = range(self._at + 1, len(self.lines)) if direction > 0 else range(self._at - 1, -1, -1)
        self.go_to(next((at for at in order if self.lines[at].look is Look.HEADING), self._at))

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        styles = self._styles or self._find_styles()
        if at >= len(self.lines):
            return Strip.blank(self.size.width, styles["plain"])
        return strip(self.lines[at], self._columns, styles, cursor=at == self._at)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}

    def on_resize(self) -> None:
        self._columns = self._place()
        self.virtual_size = Size(self.size.width, len(self.lines))
        self._scroll_to_cursor()
        self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        at = event.y + self.scroll_offset.y
        if event.button != 1 or not 0 <= at < len(self.lines) or not self.lines[at].can_be_selected:
            return
        self.go_to(at)
        line = self.lines[at]
        level, choice = level_at(line, self._columns, event.x), choice_at(line, self._columns, event.x)
        if line.look is Look.HEADING:
            self.post_message(self.Toggled())
        elif choice is not None:
            self.post_message(self.Chosen(line, choice))
        elif level is not None:
            self._dragged = line.id
            self.capture_mouse()
            self.post_message(self.Levelled(line, level))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        line = self.line
        if self._dragged and line is not None and line.id == self._dragged:
            self.post_message(self.Levelled(line, dragged_to(self._columns, event.x)))

    def on_mouse_up(self) -> None:
        self._dragged = ""
        self.release_mouse()

    def _next_from(self, at: int, direction: int) -> int:
        order = range(at + 1, len(self.lines)) if direction > 0 else range(at - 1, -1, -1)
        return next((other for other in order if self.lines[other].can_be_selected), at)

    def _scroll_to_cursor(self) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if height <= 0:
            return
        target = min(max(top, self._at - height + 1), self._at)
        if target != top:
            self.scroll_to(y=target, animate=False, immediate=True)

    def _place(self) -> Columns:
        longest = max((len(line.label) for line in self.lines if line.look is not Look.FIXED), default=10)
        extras = any(line.program is not None or line.earned is not None for line in self.lines)
        return columns(max(24, self.scrollable_content_region.width), longest, extras=extras)

    def _find_styles(self) -> dict[str, Style]:
        styles = {name: self.get_component_rich_style(f"controls--{name}") for name in STYLES}
        cursor = self.get_component_rich_style("controls--cursor")
        self._styles = {**styles, "cursor": Style(bgcolor=cursor.bgcolor)}
        return self._styles
