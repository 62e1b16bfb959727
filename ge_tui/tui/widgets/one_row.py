"""A row that says how things stand, in pieces of a colour each; and a row to type a search into."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.text.safe import cut
from ge_tui.tui.widgets.plain_input import PlainInput


class Piece(NamedTuple):
    """A stretch of the row. Its text is clean."""

    text: str
    kind: str = ""
    """Of colour: here, quiet, good, warning, bad; empty: as any text."""
    action: str = ""
    """What a click on it does, an action of the widget around the row."""


class OneRow(Widget):
    """Painted only when it says something else."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"one-row--{kind}" for kind in ("here", "quiet", "good", "warning", "bad")}
    DEFAULT_CSS = """
    OneRow {
        height: 1;
        background: $panel;
        color: $foreground;
        & > .one-row--here { color: $text-primary; text-style: bold reverse; }
        & > .one-row--quiet { color: $text-muted; }
        & > .one-row--good { color: $text-success; }
        & > .one-row--warning { color: $text-warning; }
        & > .one-row--bad { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()

    def say(self, *left: Piece, right: tuple[Piece, ...] = ()) -> None:
        """Show something else; what stands on the right goes first where there is no room for both."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        if y > 0:
            return Strip.blank(width, base)
        segments = [Segment(text, self._style(kind)) for _, text, kind in self._placed(width)]
        return Strip(segments).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        at = 0
        pieces = dict(enumerate((*self._left, *self._right)))
        for index, text, _ in self._placed(self.size.width):
            at += Segment(text).cell_length
            if event.x < at:
                if (piece := pieces.get(index)) is not None and piece.action and isinstance(self.parent, Widget):
                    event.stop()
                    self.call_later(self.parent.run_action, piece.action)
                return

    def _style(self, kind: str) -> Style:
        return self.get_component_rich_style(f"one-row--{kind}") if kind else self.rich_style

    def _placed(self, width: int) -> list[tuple[int, str, str]]:
        """Index of the piece (-1: empty space), text and kind, from left to right."""
        left = [(index, piece.text, piece.kind) for index, piece in enumerate(self._left)]
        right = [(index, piece.text, piece.kind) for index, piece in enumerate(self._right, len(left))]
        used, end = _width(left), _width(right)
        if used + end < width:
            return [*left, (-1, " " * (width - used - end), ""), *right]
        placed: list[tuple[int, str, str]] = []
        room = width
        for index, text, kind in left:
            shown = cut(text, room)
            placed.append((index, shown, kind))
            room -= Segment(shown).cell_length
        return placed


def _width(pieces: list[tuple[int, str, str]]) -> int:
    return sum(Segment(text).cell_length for _, text, _ in pieces)


class SearchRow(PlainInput):
    """One row to type into; escape leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]
    DEFAULT_CSS = """
    SearchRow { display: none; &.-open { display: block; } }
    """

    class Left(Message):
        """The user does not search any more."""

    def __init__(self, placeholder: str, *, max_length: int = 0, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, max_length=max_length, id=id)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self) -> None:
        """Show it, to be typed into."""
        self.add_class("-open")
        self.focus()

    def close(self) -> None:
        """Hide it; what was typed stays."""
        self.remove_class("-open")

    def action_leave(self) -> None:
        self.post_message(self.Left())
