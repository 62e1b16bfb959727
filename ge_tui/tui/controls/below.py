"""What stands below the list: the selected control in words, and the last changes."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
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

    def show(self, head: str, about: str, message: str = "") -> None:
        """`message` stands in place of the head, for as long as it is given."""
        if (head, about, message) != self._said:
            self._said = (head, about, message)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        head, about, message = self._said
        width = self.size.width
        lines = [message or head, *wrap(about, width, max(0, self.size.height - 1))]
        part = "about" if y else "message" if message else "head"
        return _styled(self, fit(lines[y] if y < len(lines) else "", width), f"detail--{part}")


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
