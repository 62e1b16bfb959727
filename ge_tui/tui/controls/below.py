"""What stands below the list: the selected control in words, and the last changes."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.controls.history import Entry, columns_of
from ge_tui.tui.controls.text import fit, wrap


class Detail(Widget):
    """The selected control: its name, value and change, then what it does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"detail--head", "detail--about", "detail--message"}
    DEFAULT_CSS = """
    Detail { height: 4; border-top: solid $panel; }
    Detail.small { height: 1; border-top: none; }
    Detail .detail--head { text-style: bold; }
    Detail .detail--about { color: $text-muted; }
    Detail .detail--message { color: $warning; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._said = ("", "", "")
        self._lines: list[str] = []

    def show(self, head: str, about: str, message: str = "") -> None:
        """`message` stands in place of the head, for as long as it is given."""
        was_message, self._said = self._said[2], (head, about, message)
        before, self._lines = self._lines, self._laid_out()
        for y in range(max(len(before), len(self._lines))):
            old, new = (lines[y] if y < len(lines) else "" for lines in (before, self._lines))
            if old != new or (y == 0 and was_message != message):
                self.refresh(Region(0, y, max(cell_len(old), cell_len(new)), 1))

    def on_resize(self) -> None:
        self._lines = self._laid_out()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        part = "about" if y else "message" if self._said[2] else "head"
        text = self._lines[y] if y < len(self._lines) else ""
        return _styled(self, fit(text, self.size.width), f"detail--{part}")

    def _laid_out(self) -> list[str]:
        head, about, message = self._said
        width, height = self.size
        return [fit(message or head, width).rstrip(), *wrap(about, width, max(0, height - 1))]


class History(Widget):
    """The last changes of controls, the newest first."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"history--title", "history--line"}
    DEFAULT_CSS = """
    History { height: 40%; min-height: 4; border-top: solid $panel; display: none; }
    History .history--title { color: $primary; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        """Show other changes; the same ones are not sent again."""
        if entries != self._entries:
            self._entries = entries
            self.refresh()

    def render_line(self, y: int) -> Strip:
        if y == 0:
            return _styled(self, fit("Changes, the newest first", self.size.width), "history--title")
        at, width = y - 1, self.size.width
        text = columns_of(self._entries[at], width) if at < len(self._entries) else ""
        return _styled(self, fit(text, width), "history--line")


def _styled(widget: Widget, text: str, component: str) -> Strip:
    return Strip([Segment(text, widget.get_component_rich_style(component))])
