"""A few values side by side, of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

_WIDEST = 34


class ChoiceLine(Widget, can_focus=True):
    """One of some values; left and right, space, or the mouse choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step(-1)", "previous", show=False),
        Binding("right,l,space", "step(1)", "next", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice-line--chosen"}
    DEFAULT_CSS = """
    ChoiceLine { height: 1; width: 34; color: $text-muted;
                 .choice-line--chosen { color: $foreground; text-style: bold; background: $panel; } }
    ChoiceLine:focus .choice-line--chosen { color: $block-cursor-foreground; background: $block-cursor-background; }
    """

    class Changed(Message):
        """The user chose."""

        def __init__(self, line: ChoiceLine, value: str) -> None:
            super().__init__()
            self.line = line
            self.value = value

    def __init__(self, choices: Sequence[str], value: str) -> None:
        super().__init__()
        self._choices = list(choices)
        self._value = value
        self._spans: list[tuple[int, int, str]] = []
        self.styles.width = min(_WIDEST, sum(len(choice) + 2 for choice in choices))

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._value

    def show(self, value: str) -> None:
        """Choose without telling anybody."""
        self._value = value
        self.refresh()

    def action_step(self, step: int) -> None:
        at = self._choices.index(self._value) if self._value in self._choices else -1
        self._choose(self._choices[(at + step) % len(self._choices)])

    def _choose(self, value: str) -> None:
        if value != self._value:
            self.show(value)
            self.post_message(self.Changed(self, value))

    def on_click(self, event: events.Click) -> None:
        for start, end, value in self._spans:
            if start <= event.x < end:
                self._choose(value)

    def render_line(self, y: int) -> Strip:
        plain = self.rich_style
        chosen = plain + self.get_component_rich_style("choice-line--chosen")
        width = self.content_size.width
        if y:
            return Strip.blank(width, plain)
        shown = self._choices if sum(len(choice) + 2 for choice in self._choices) <= _WIDEST else [self._value]
        segments: list[Segment] = []
        self._spans = []
        at = 0
        for choice in shown:
            text = f" {choice} "
            segments.append(Segment(text, chosen if choice == self._value else plain))
            self._spans.append((at, at + len(text), choice))
            at += len(text)
        if len(shown) < len(self._choices):
            segments.append(Segment(f" one of {len(self._choices)}", plain))
        return Strip(segments).adjust_cell_length(width, plain)
