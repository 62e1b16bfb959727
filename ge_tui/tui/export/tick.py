"""A line that can be chosen or left: `[x] words`."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.text.safe import cut


class Tick(Widget, can_focus=True):
    """Space, enter or a click turn it over."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "turn", "choose", show=False)]
    DEFAULT_CSS = """
    Tick { height: 1; width: 100%; }
    Tick:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
    """

    def __init__(self, words: str, *, id: str) -> None:
        super().__init__(id=id)
        self._words = words
        self.value = False

    def action_turn(self) -> None:
        self.value = not self.value
        self.refresh()

    def on_click(self) -> None:
        self.action_turn()

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        text = "" if y else cut(f"[{'x' if self.value else ' '}] {self._words}", width)
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(width, self.rich_style)
