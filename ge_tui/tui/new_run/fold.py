"""The line behind which the advanced settings lie."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


class Fold(Widget, can_focus=True):
    """Opens and closes on enter, space or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "turn", "open", show=False)]
    DEFAULT_CSS = """
    Fold { height: 1; margin-top: 1; text-style: bold; color: $primary; }
    Fold:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
    """

    class Toggled(Message):
        """The user opened or closed it."""

    def __init__(self, *, unicode: bool = True) -> None:
        super().__init__()
        self.is_open = False
        self._words = ""
        self._signs = ("▾", "▸") if unicode else ("v", ">")

    def show(self, words: str, *, is_open: bool) -> None:
        self._words, self.is_open = words, is_open
        self.refresh()

    def action_turn(self) -> None:
        self.post_message(self.Toggled())

    def on_click(self) -> None:
        self.action_turn()

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        text = f"{self._signs[0] if self.is_open else self._signs[1]} {self._words}" if not y else ""
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)
