"""The table itself: rows of individuals, in an order, with a cursor that stays with its individual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from ge_tui.tui.individuals.columns import Column
from ge_tui.tui.individuals.facts import FactBook, Facts
from ge_tui.tui.individuals.layout import Placed, place
from ge_tui.tui.individuals.query import And, Node, matcher
from ge_tui.tui.individuals.row import row_pieces
from ge_tui.tui.individuals.signs import Tone
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.population.order import Order
from ge_tui.tui.text.glyphs import BLOCKS, Glyphs
from ge_tui.tui.watch import RunModel
from ge_tui.tui.widgets.line_list import LIST_ACTIONS, LineList

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which column, and whether the largest come first."""

    column: str = "number"
    falling: bool = False


class PopulationTable(LineList, inherit_bindings=False):
    """Shows those of a run's individuals that the filter keeps. Enter is the pane's."""

    ACTIONS = tuple(action for action in LIST_ACTIONS if action.name != "list.choose")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"population--{tone.value}" for tone in Tone if tone is not Tone.PLAIN}
    DEFAULT_CSS = """
    PopulationTable {
        & > .population--muted { color: $text-muted; }
        & > .population--front { color: $text-warning; text-style: bold; }
        & > .population--good { color: $text-success; }
        & > .population--bad { color: $text-error; }
        & > .population--warning { color: $text-warning; }
        & > .population--busy { color: $text-accent; }
    }
    """

    class LaidOut(Message):
        """The columns may stand elsewhere now."""

    def __init__(self) -> None:
        super().__init__()
        self.book = FactBook()
        self.sorting = Sorting()
        self.filter: Node = And(())
        self.marked: int | None = None
        self._glyphs = BLOCKS
        self._columns: dict[str, Column] = {}
        self._chosen: tuple[str, ...] = ()
        self._placed: tuple[Placed, ...] = ()
        self._placed_for = -1
        self._kept: dict[int, tuple[tuple[Facts, tuple[Placed, ...], bool, bool], Strip]] = {}
        """Rows as they were drawn, by number: a row that only moved is not drawn again."""
        self._order = Order(lambda facts: facts.one.number)

    # What is shown

    @property
    def current(self) -> int | None:
        """The number of the individual under the cursor."""
        return self._order.number_at(self.cursor) if 0 <= self.cursor < len(self._order) else None

    @property
    def current_facts(self) -> Facts | None:
        """What there is to say of the individual under the cursor."""
        return None if self.current is None else self.book.facts.get(self.current)

    @property
    def newest(self) -> int | None:
        """The highest number that is shown."""
        return self._order.newest

    @property
    def glyphs(self) -> Glyphs:
        return self._glyphs

    @glyphs.setter
    def glyphs(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._kept.clear()
        self.update_rows()

    @property
    def columns(self) -> dict[str, Column]:
        """Those there are."""
        return self._columns

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of those that the user wants, in their order."""
        return self._chosen

    @property
    def placed(self) -> tuple[Placed, ...]:
        """Those that fit."""
        width = self.row_width
        if width != self._placed_for:
            self._placed = place([self._columns[name] for name in self._chosen if name in self._columns], width)
            self._placed_for = width
            self.post_message(self.LaidOut())
        return self._placed

    # What changes

    def take(self, model: RunModel, numbers: Iterable[int]) -> bool:
        """Show what is new of some individuals; the cursor stays with its own. Whether anything is."""
        current = self.current
        first = not self.book.facts
        changed = self.book.update(model, numbers)
        if not changed:
            return False
        if first:
            self._order.rebuild(self.book.facts)
            self._show(current)
        elif self._order.update(self.book.facts, changed):
            self._show(current)
        else:
            rows = (self._order.index_of(number) for number in changed)
            self.update_rows([row for row in rows if row is not None])
        return True

    def set_columns(self, columns: dict[str, Column], chosen: Sequence[str]) -> None:
        """The columns there are, and those the user wants of them."""
        self._columns, self._chosen, self._placed_for = columns, tuple(chosen), -1
        if self.sorting.column in columns:
            self.sort_by(self.sorting)
        self.update_rows()
        self.post_message(self.LaidOut())

    def sort_by(self, sorting: Sorting) -> None:
        """Sort anew; the cursor stays with its individual, which comes into view."""
        self.sorting = sorting
        column = self._columns.get(sorting.column)
        self._order.key = column.key if column is not None else lambda facts: facts.one.number
        self._order.falling = sorting.falling
        self._rebuild()
        self.post_message(self.LaidOut())

    def filter_by(self, node: Node) -> None:
        """Show only those that a filter means."""
        if node != self.filter:
            self.filter = node
            self._order.keep = matcher(node)
            self._rebuild()

    def go_to(self, number: int) -> bool:
        """Move the cursor to an individual, if it is shown."""
        row = self._order.index_of(number)
        if row is not None:
            self.place_cursor(row)
        return row is not None

    def mark(self, number: int | None) -> None:
        """Set the sign of the one to compare with."""
        before, self.marked = self.marked, number
        rows = (self._order.index_of(one) for one in (before, number) if one is not None)
        self.update_rows([row for row in rows if row is not None])

    def number_at(self, row: int) -> int:
        """Who stands in a row. Raises IndexError."""
        return self._order.number_at(row)

    def _rebuild(self) -> None:
        current = self.current
        self._order.rebuild(self.book.facts)
        self._show(current)
        self.scroll_to_cursor()

    def _show(self, current: int | None) -> None:
        row = self._order.index_of(current) if current is not None else None
        self.rearrange(len(self._order), min(self.cursor, len(self._order) - 1) if row is None else row)

    # Drawing

    def watch_show_vertical_scrollbar(self) -> None:
        super().watch_show_vertical_scrollbar()
        self.post_message(self.LaidOut())

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        facts = self.book.facts[self._order.number_at(index)]
        key = (facts, self.placed, facts.one.number == self.marked, cursor)
        kept = self._kept.get(facts.one.number)
        if kept is not None and all(one is other for one, other in zip(kept[0], key, strict=True)):
            return kept[1]
        pieces = row_pieces(facts, self.placed, self._glyphs, marked=key[2])
        if cursor:  # in one colour: its own background leaves no room for others
            pieces = [("".join(text for text, _ in pieces), Tone.PLAIN)]
        strip = Strip([Segment(text, self._style(tone, cursor=cursor)) for text, tone in pieces]).crop(0, width)
        if len(self._kept) > _KEPT:
            self._kept.clear()
        self._kept[facts.one.number] = (key, strip)
        return strip

    def forget_drawn(self) -> None:
        super().forget_drawn()
        self._kept.clear()

    def _style(self, tone: Tone, *, cursor: bool) -> Style:
        if tone is Tone.PLAIN:
            return self.row_style(cursor=cursor)
        return self.get_component_rich_style(f"population--{tone.value}")
