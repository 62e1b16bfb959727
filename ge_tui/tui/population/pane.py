"""The population pane: the table, its filter, and what there is to say of the individual under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ge_tui.tui.acts.actions import act_bindings
from ge_tui.tui.individuals.card import Card
from ge_tui.tui.individuals.columns import columns_of, usual_columns
from ge_tui.tui.individuals.facts import words_of_fields
from ge_tui.tui.individuals.filter_bar import FilterBar
from ge_tui.tui.individuals.query import parse
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.panes.announcing import Announcer
from ge_tui.tui.panes.pane import Pane, Watched
from ge_tui.tui.population.actions import ACTIONS, HELP
from ge_tui.tui.population.head import TableHead
from ge_tui.tui.population.pickers import ColumnPicker, SortPicker, sorted_by
from ge_tui.tui.population.remembering import Remembered, as_dict, from_dict
from ge_tui.tui.population.table import PopulationTable, Sorting
from ge_tui.tui.population.words import status_line
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.text.glyphs import ASCII, Glyphs, glyphs_for
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.saying import say

_SETTLED_S = 0.2
"""So long the cursor must stand still before anything follows it."""
_CARD_FROM = 14
"""With fewer lines than these the table gets the two of the card."""


class PopulationPane(Pane):
    """Every individual of the run."""

    NAME = "population"
    TITLE = "Population"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS), *act_bindings()]
    DEFAULT_CSS = """
    PopulationPane {
        layout: vertical;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .population--status { color: $text-muted; background: $panel; }
        &.-low > Card { display: none; }
    }
    """

    def __init__(self, watched: Watched, *, glyphs: Glyphs | None = None) -> None:
        super().__init__(watched)
        self.table = PopulationTable()
        self.table.glyphs = glyphs or glyphs_for(unicode=speaks_unicode())
        self.following = False
        self._head = TableHead(self.table)
        self._bar = FilterBar(self._words_of_fields)
        self._status = Static(classes="population--status")
        self.card = Card()
        self._filter_text = ""
        self._remembered = Remembered()
        self._objectives: tuple[object, ...] | None = None
        self._announcer = Announcer(self)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.table
        yield self._bar
        yield self._status
        yield self.card

    # The run goes on

    def refresh_from(self, change: Change) -> None:
        if not change.touches(Part.INDIVIDUALS, Part.RUN):
            return
        if self._objectives != self.model.objectives:
            self._take_objectives()
        first = not self.table.book.facts
        if self.table.take(self.model, change.individuals):
            if first and self.table.row_count:
                self._begin()
            elif self.following:
                self._go_to_newest()
            self._current_may_have_changed()
        self._show_card()
        self._show_status()

    def select(self, number: int) -> None:
        if not self._announcer.hear(number):
            return
        if self.table.go_to(number):
            self._stop_following_unless_at_newest()
        self._show_card()

    def _take_objectives(self) -> None:
        self._objectives = objectives = self.model.objectives
        columns = columns_of(objectives)
        wanted = [name for name in self._remembered.columns or () if name in columns]
        self.table.set_columns(columns, wanted or usual_columns(objectives))

    def _begin(self) -> None:
        """With what is going on, or with the best of what has ended."""
        best = self.model.best
        if self._announcer.told is not None and self.table.go_to(self._announcer.told):
            return
        if self.model.alive:
            self.following = True
            self._go_to_newest()
        elif best is not None:
            self.table.go_to(best.number)

    def _go_to_newest(self) -> None:
        if self.table.newest is not None:
            self.table.go_to(self.table.newest)

    # The cursor

    @property
    def at_cursor(self) -> int | None:
        return self.table.current

    @on(LineList.Highlighted)
    def _moved(self, message: LineList.Highlighted) -> None:
        message.stop()
        self._stop_following_unless_at_newest()
        self._current_may_have_changed()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self.action_diff()

    def action_diff(self) -> None:
        if self.table.current is not None:
            self._announce()
            self.post_message(self.Wanted("diff"))

    def _stop_following_unless_at_newest(self) -> None:
        if self.following and self.table.current != self.table.newest:
            self.following = False
            self._show_status()

    def _current_may_have_changed(self) -> None:
        """Tell others once the cursor stands still."""
        self._announcer.soon(_SETTLED_S, self._announce)

    def _announce(self) -> None:
        self._show_card()
        self._announcer.tell(self.table.current)

    # Below the table

    def _show_status(self) -> None:
        table = self.table
        arrow = table.glyphs.down if table.sorting.falling else table.glyphs.up
        line = status_line(
            table.row_count, len(table.book.facts), table.book.counts,
            sort=f"{table.sorting.column} {arrow}", filter_text=self._filter_text, following=self.following,
            separator=self._separator,
        )  # fmt: skip
        say(self._status, f" {line}")

    def _show_card(self) -> None:
        nobody = "nothing is shown" if self.table.book.facts else "no individual yet"
        self.card.show(self.table.current_facts, self.model.objectives, self._separator, nobody)

    @property
    def _separator(self) -> str:
        return "|" if self.table.glyphs is ASCII else "·"

    @on(PopulationTable.LaidOut)
    def _laid_out(self, message: PopulationTable.LaidOut) -> None:
        message.stop()
        self._head.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _CARD_FROM, "-low")

    # Sorting and columns

    def _sort(self, sorting: Sorting) -> None:
        self.table.sort_by(sorting)
        self._show_status()

    @on(TableHead.Clicked)
    def _head_clicked(self, message: TableHead.Clicked) -> None:
        message.stop()
        self._sort(sorted_by(self.table.columns[message.column], self.table.sorting))

    def action_sort(self) -> None:
        def done(sorting: object) -> None:
            if isinstance(sorting, Sorting):
                self._sort(sorting)

        columns = list(self.table.columns.values())
        self.app.push_screen(SortPicker(columns, self.table.sorting, self.table.glyphs), done)

    def action_reverse(self) -> None:
        self._sort(Sorting(self.table.sorting.column, not self.table.sorting.falling))

    def action_sort_left(self) -> None:
        self._sort_beside(-1)

    def action_sort_right(self) -> None:
        self._sort_beside(1)

    def _sort_beside(self, step: int) -> None:
        """Sort by the next column of those that can be seen."""
        shown = [place.column for place in self.table.placed]
        names = [column.name for column in shown]
        if not shown:
            return
        at = names.index(self.table.sorting.column) if self.table.sorting.column in names else -max(step, 0)
        self._sort(sorted_by(shown[(at + step) % len(shown)], Sorting("")))

    def action_columns(self) -> None:
        def done(chosen: object) -> None:
            if isinstance(chosen, tuple):
                self.table.set_columns(self.table.columns, chosen)

        usual = usual_columns(self.model.objectives)
        self.app.push_screen(ColumnPicker(list(self.table.columns.values()), self.table.chosen, usual), done)

    # The filter

    def action_filter(self) -> None:
        self._bar.open(self._filter_text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is others' where there is no filter to clear."""
        return bool(self._filter_text) if action == "clear_filter" else super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        self._filter(FilterBar.Changed(parse(""), ""))

    @on(FilterBar.Changed)
    def _filter(self, message: FilterBar.Changed) -> None:
        message.stop()
        self._filter_text = message.text
        self.table.filter_by(message.node)
        if self.table.current is not None and self.table.current != self._announcer.told:
            self._go_back_or_tell()
        self._show_card()
        self._show_status()

    def _go_back_or_tell(self) -> None:
        """After another filter: to the individual that was selected, where it is shown again."""
        told = self._announcer.told
        if told is None or not self.table.go_to(told):
            self._current_may_have_changed()

    @on(FilterBar.Closed)
    def _filter_closed(self, message: FilterBar.Closed) -> None:
        message.stop()
        self.table.focus()

    def _words_of_fields(self) -> Mapping[str, set[str]]:
        """The words that occur in this run, to complete what is typed."""
        return words_of_fields(self.table.book.facts.values())

    # Going to individuals

    def action_follow(self) -> None:
        self.following = not self.following
        if self.following:
            self._go_to_newest()
            self._current_may_have_changed()
        self._show_status()

    def action_best(self) -> None:
        best = self.model.best
        self._go(None if best is None else best.number, "nothing has been evaluated yet")

    def action_parent(self) -> None:
        facts = self.table.current_facts
        parents = facts.one.parents if facts is not None else ()
        self._go(parents[0] if parents else None, "it has no parent")

    def _go(self, number: int | None, why_not: str) -> None:
        if number is None:
            self.notify(why_not)
        elif not self.table.go_to(number):
            self.notify(f"#{number} is not shown by the filter")
        else:
            self._stop_following_unless_at_newest()
            self._current_may_have_changed()

    def mark(self, number: int | None) -> None:
        self.table.mark(number)

    def action_mark(self) -> None:
        current = self.table.current
        if current is not None:
            number = None if current == self.table.marked else current
            self.table.mark(number)
            self.post_message(self.Marked(number))

    # Remembering

    def remembered(self) -> dict[str, Any]:
        """The columns, the sorting and the filter, as `restore` takes them."""
        history = tuple(self._bar.history)
        columns = self.table.chosen or self._remembered.columns
        return as_dict(Remembered(columns, self.table.sorting, self._filter_text, history))

    def restore(self, values: Mapping[str, Any]) -> None:
        """Set what `remembered` gave once; anything that cannot be used is passed over."""
        self._remembered = remembered = from_dict(values)
        self._bar.history = list(remembered.history)
        if remembered.sorting is not None:
            self.table.sort_by(remembered.sorting)
        if remembered.filter:
            self._filter_text = remembered.filter
            self.table.filter_by(parse(remembered.filter))
        if self._objectives is not None:
            self._take_objectives()
        self._show_status()
