"""A list whose rows are pieces, and a line that tells where it was clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.plot.board import Board
from ge_tui.tui.plot.pieces import Row, Tone
from ge_tui.tui.widgets.line_list import LIST_ACTIONS, LineList


class PieceList(LineList, inherit_bindings=False):
    """Rows as `draw` gives them, for an index and a width. Enter is the pane's."""

    ACTIONS = tuple(action for action in LIST_ACTIONS if action.name != "list.choose")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"plot--{tone.value}" for tone in Tone}
    DEFAULT_CSS = """
    PieceList {
        & > .plot--dim { color: $text-muted; }
        & > .plot--axis { color: $text-muted; }
        & > .plot--good { color: $text-success; }
        & > .plot--first { color: $text-primary; }
        & > .plot--second { color: $text-success; }
        & > .plot--third { color: $text-warning; }
        & > .plot--marked { color: $text-accent; }
    }
    """

    def __init__(self, draw: Callable[[int, int], Row]) -> None:
        super().__init__()
        self._draw = draw

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        return Strip([Segment(text, self._style(tone, cursor=cursor)) for text, tone in self._draw(index, width)])

    def _style(self, tone: Tone, *, cursor: bool) -> Style:
        if cursor or tone is Tone.PLAIN:
            return self.row_style(cursor=cursor)
        return self.get_component_rich_style(f"plot--{tone.value}")


class ClickLine(Board):
    """A line of pieces that can be clicked."""

    DEFAULT_CSS = """
    ClickLine { height: 1; background: $panel; text-style: bold; }
    """

    class Clicked(Message):
        """At a column."""

        def __init__(self, line: ClickLine, x: int) -> None:
            super().__init__()
            self.line = line
            self.x = x

        @property
        def control(self) -> ClickLine:
            return self.line

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Clicked(self, event.x))
