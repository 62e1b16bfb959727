"""A short list to pick from, as tall as it has lines: it scrolls with the form it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.text.safe import cut, fit

_NAME_PART = 0.6
_GAP = "  "
_WORTH_READING = 14


@dataclass(frozen=True, slots=True)
class Pick:
    """One line of the list."""

    name: str
    """What is picked."""
    words: str
    """What is shown for it."""
    facts: tuple[str, ...] = ()
    """What is said of it, the most important first: what does not fit is left out."""
    chosen: bool = False
    mark: str = ""
    """Stands right of the words, as a weight."""
    dim: bool = False
    """Whether it cannot be picked."""


class PickList(Widget, can_focus=True):
    """Lines with a cursor; space or enter picks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("space,enter", "pick", "pick", show=False),
        Binding("plus,equals_sign,right", "weigh(1)", "more", show=False),
        Binding("minus,left", "weigh(-1)", "less", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "pick-list--cursor", "pick-list--chosen", "pick-list--facts", "pick-list--dim",
    }  # fmt: skip
    DEFAULT_CSS = """
    PickList { height: auto; width: 1fr;
        .pick-list--chosen { color: $success; text-style: bold; }
        .pick-list--facts { color: $text-muted; }
        .pick-list--dim { color: $text-muted; text-style: italic; }
    }
    PickList:focus { .pick-list--cursor { color: $block-cursor-foreground; background: $block-cursor-background; } }
    """

    class Picked(Message):
        """The user picked a line."""

        def __init__(self, listing: PickList, name: str) -> None:
            super().__init__()
            self.listing = listing
            self.name = name

    class Weighed(Picked):
        """One step up or down."""

        def __init__(self, listing: PickList, name: str, direction: int) -> None:
            super().__init__(listing, name)
            self.direction = direction

    class Left(Message):
        """The cursor went over an end of the list."""

        def __init__(self, listing: PickList, direction: int) -> None:
            super().__init__()
            self.listing = listing
            self.direction = direction

    def __init__(self, *, several: bool = False, unicode: bool = True, id: str | None = None) -> None:
        """`several`: more than one may be chosen."""
        super().__init__(id=id)
        self._picks: list[Pick] = []
        self._cursor = 0
        self._signs = ("[x] ", "[ ] ") if several else ("● ", "○ ") if unicode else ("(*) ", "( ) ")

    def show(self, picks: Sequence[Pick]) -> None:
        """The lines; the cursor stays with the name it is on."""
        if list(picks) == self._picks:
            return
        at = self.under_cursor
        resized = len(picks) != len(self._picks)
        self._picks = list(picks)
        names = [pick.name for pick in picks]
        self._cursor = names.index(at) if at in names else min(self._cursor, max(0, len(picks) - 1))
        self.refresh(layout=resized)

    @property
    def picks(self) -> Sequence[Pick]:
        """The lines."""
        return self._picks

    @property
    def under_cursor(self) -> str:
        """The name under the cursor; empty in an empty list."""
        return self._picks[self._cursor].name if self._picks else ""

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002
        return len(self._picks)

    def enter_from(self, direction: int) -> None:
        """The cursor comes from above (1) or below (-1)."""
        self._go(0 if direction > 0 else len(self._picks) - 1)

    def _go(self, place: int) -> None:
        self._cursor = max(0, place)
        self.refresh()
        self._show_cursor()

    def _show_cursor(self) -> None:
        for parent in self.ancestors:
            if isinstance(parent, Widget) and parent.is_scrollable and parent.allow_vertical_scroll:
                line = Region(0, self.virtual_region.y + self._cursor, 1, 1)
                parent.scroll_to_region(line.grow((1, 0, 1, 0)), animate=False, force=True)
                break

    # -- keys and mouse ----------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        if 0 <= self._cursor + step < len(self._picks):
            self._go(self._cursor + step)
        else:
            self.post_message(self.Left(self, step))

    def action_pick(self) -> None:
        if self._picks:
            self.post_message(self.Picked(self, self.under_cursor))

    def action_weigh(self, direction: int) -> None:
        if self._picks:
            self.post_message(self.Weighed(self, self.under_cursor, direction))

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self._picks):
            self._go(event.y)
            self.action_pick()

    # -- drawing -----------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        if y >= len(self._picks):
            return Strip.blank(width, self.rich_style)
        pick = self._picks[y]
        plain = self.rich_style

        def style(name: str) -> Style:
            return plain + self.get_component_rich_style(f"pick-list--{name}")

        words_style, facts_style = plain, style("facts")
        if pick.chosen:
            words_style = style("chosen")
        elif pick.dim:
            words_style = style("dim")
        if y == self._cursor and self.has_focus:
            words_style = facts_style = style("cursor")
        sign = self._signs[0] if pick.chosen else self._signs[1]
        name_width = max(14, int(width * _NAME_PART))
        longest = max(cell_len(one.words) + cell_len(one.mark) + 1 for one in self._picks)
        name_width = min(name_width, longest + len(sign))
        room = name_width - cell_len(pick.mark)
        head = fit(cut(f"{sign}{pick.words}", room - (1 if pick.mark else 0)), room) + pick.mark
        facts = _fitting(pick.facts, width - name_width - len(_GAP))
        segments = [Segment(head, words_style), Segment(f"{_GAP}{facts}", facts_style)]
        return Strip(segments).adjust_cell_length(width, facts_style if y == self._cursor else plain)


def _fitting(facts: Sequence[str], width: int) -> str:
    """As many facts as fit, the last cut where enough of it can be read."""
    text = ""
    for fact in facts:
        more = f"{text}, {fact}" if text else fact
        if cell_len(more) > width:
            return cut(more, width) if not text or width - cell_len(text) >= _WORTH_READING else text
        text = more
    return text
