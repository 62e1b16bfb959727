"""A line of words that does something: the fold, the start."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget


class PressLine(Widget, can_focus=True):
    """Enter, space or a click press it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "press", show=False)]
    DEFAULT_CSS = """
    PressLine { height: 1; margin-top: 1; text-style: bold; color: $primary; }
    PressLine:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
    """

    class Pressed(Message):
        """The user pressed it."""

        def __init__(self, line: PressLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> PressLine:
            return self.line

    def __init__(self, words: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = words

    def show(self, words: str) -> None:
        """Say something else."""
        if words != self._words:
            self._words = words
            self.refresh()

    def action_press(self) -> None:
        self.post_message(self.Pressed(self))

    def on_click(self) -> None:
        self.action_press()

    def render_line(self, y: int) -> Strip:
        text = self._words if not y else ""
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.content_size.width, self.rich_style)
