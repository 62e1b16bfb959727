"""The credit pane: a table for each kind of choice, counted when a generation closes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from ge_tui.errors import UserError
from ge_tui.run.store import RunReader
from ge_tui.search import Objective
from ge_tui.tui.credit.actions import ACTIONS, HELP
from ge_tui.tui.credit.ledger import KIND_NAMES, Ledger, Line, Table
from ge_tui.tui.credit.table import Sorting, columns_of, is_column, line_row, ordered, scale_of
from ge_tui.tui.credit.words import Spans, about, kinds_row, status_line, verdict
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.panes.pane import Pane, Watched
from ge_tui.tui.plot.pieces import Row, Tone
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.columns import column_at, head_of
from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.piece_list import ClickLine, PieceList
from ge_tui.tui.widgets.saying import say

_VERDICT_FROM = 12
"""With fewer lines than these the table gets those of the sentence."""


class CreditPane(Pane):
    """What each choice has earned."""

    NAME = "credit"
    TITLE = "Credit"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = """
    CreditPane {
        layout: vertical;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; }
        & > .credit--kinds { background: $surface; }
        & > .credit--about { background: $surface; }
        & > .credit--verdict { height: auto; max-height: 4; text-wrap: wrap; background: $surface; color: $text-muted; }
        & > .credit--status { color: $text-muted; background: $panel; }
        &.-low > .credit--verdict, &.-low > .credit--about { display: none; }
    }
    """

    def __init__(self, watched: Watched, *, unicode: bool | None = None) -> None:
        super().__init__(watched)
        self.unicode = speaks_unicode() if unicode is None else unicode
        self.kind = KIND_NAMES[0]
        self.crossed: str | None = None
        """The second kind of choice of the table."""
        self.sorting = Sorting()
        self.each = False
        self.ledger: Ledger | None = None
        self.counts = 0
        """How often it was counted."""
        self._busy = False
        self._trouble = ""
        self._lines: list[Line] = []
        self._top = 1.0
        self._spans: Spans = []
        self._kinds = ClickLine(classes="credit--kinds")
        self._head = ClickLine()
        self.list = PieceList(self._row)
        self._about = Static(classes="credit--about")
        self._verdict = Static(classes="credit--verdict")
        self._status = Static(classes="credit--status")

    def compose(self) -> ComposeResult:
        yield self._kinds
        yield self._head
        yield self.list
        yield self._about
        yield self._verdict
        yield self._status

    # -- counting --------------------------------------------------------------------------------------

    @property
    def closed(self) -> int:
        """How many generations have closed."""
        return sum(row.closed_at is not None for row in self.model.generations)

    def refresh_from(self, change: Change) -> None:
        if change.touches(Part.GENERATIONS, Part.RUN):
            if self.ledger is None or self.closed > self.ledger.closed:
                self._count()
            self._say()

    def _count(self) -> None:
        if not self._busy and self.is_mounted:
            self._busy = True
            self.run_worker(self._count_once(), group="credit")

    async def _count_once(self) -> None:
        try:
            objectives = self.model.objectives
            ledger = await self.watched.feed.ask(lambda reader: _read(reader, objectives))
        except (UserError, sqlite3.Error) as error:
            self._trouble = str(error)
        else:
            self.ledger, self._trouble = ledger, ""
            self.counts += 1
        finally:
            self._busy = False
        if self.is_mounted:
            self._show()

    # -- showing ---------------------------------------------------------------------------------------

    @property
    def kinds(self) -> Table:
        """The kinds of choice that the table is of."""
        return (self.kind,) if self.crossed is None or self.crossed == self.kind else (self.kind, self.crossed)

    @property
    def current(self) -> Line | None:
        """The line under the cursor."""
        return self._lines[self.list.cursor] if 0 <= self.list.cursor < len(self._lines) else None

    @property
    def lines(self) -> list[Line]:
        """In the order of the table."""
        return self._lines

    def _show(self) -> None:
        """The table anew; the cursor stays with its line."""
        if not self.is_mounted:
            return
        current = self.current
        kinds = self.kinds
        in_order = tuple(sorted(kinds, key=KIND_NAMES.index))
        lines = self.ledger.tables.get(in_order, ()) if self.ledger is not None else ()
        if in_order != kinds:
            lines = tuple(Line(line.arms[::-1], line.credit, line.best) for line in lines)
        self._top = scale_of(lines)
        self._lines = ordered(lines, self.sorting, each=self.each)
        arms = [line.arms for line in self._lines]
        cursor = arms.index(current.arms) if current is not None and current.arms in arms else 0
        self.list.rearrange(len(self._lines), cursor)
        self._show_heads()
        self._say()

    def _show_heads(self) -> None:
        row, self._spans = kinds_row(self.kinds, self.size.width, unicode=self.unicode)
        self._kinds.show([row])
        arrow = ("▼" if self.unicode else "v") if self.sorting.falling else ("▲" if self.unicode else "^")
        placed = columns_of(self.kinds, self.list.row_width)
        self._head.show([head_of(placed, self.sorting.column, arrow, cut="…" if self.unicode else "~")])

    def _row(self, index: int, width: int) -> Row:
        if index >= len(self._lines):
            return (("", Tone.PLAIN),)
        placed = columns_of(self.kinds, width)
        return line_row(self._lines[index], placed, self._top, each=self.each, unicode=self.unicode)

    def _say(self) -> None:
        if not self.is_mounted:
            return
        separator = "·" if self.unicode else "|"
        models = dict(self.ledger.models) if self.ledger is not None else {}
        words = about(self.current, self.kinds, models, separator)
        if self.ledger is not None and not self._lines:
            words = "no child of this run was made with a language model, so there is nothing to credit yet"
        status = self._trouble or status_line(
            self.ledger, self.sorting.column.replace("arm0", self.kind).replace("arm1", self.crossed or ""),
            self.closed, each=self.each, top=self._top, separator=separator,
        )  # fmt: skip
        for widget, text in ((self._about, words), (self._verdict, verdict(self.ledger)), (self._status, status)):
            say(widget, text, layout=widget is self._verdict)

    def on_resize(self) -> None:
        self.set_class(self.size.height < _VERDICT_FROM, "-low")
        self.call_after_refresh(self._show)

    @on(LineList.Highlighted)
    def _moved(self, message: LineList.Highlighted) -> None:
        message.stop()
        self._say()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self.action_best()

    @on(ClickLine.Clicked)
    def _clicked(self, message: ClickLine.Clicked) -> None:
        message.stop()
        if message.line is self._kinds:
            for start, end, kind in self._spans:
                if start <= message.x < end:
                    self._show_kind(kind)
            return
        column = column_at(columns_of(self.kinds, self.list.row_width), message.x)
        if column is not None:
            same = column.name == self.sorting.column
            self._sort(column.name, not self.sorting.falling if same else not column.name.startswith("arm"))

    # -- actions ---------------------------------------------------------------------------------------

    def _show_kind(self, kind: str) -> None:
        self.kind = kind
        if self.crossed == kind:
            self.crossed = None
        self._show()

    def action_next_kind(self) -> None:
        self._show_kind(KIND_NAMES[(KIND_NAMES.index(self.kind) + 1) % len(KIND_NAMES)])

    def action_previous_kind(self) -> None:
        self._show_kind(KIND_NAMES[KIND_NAMES.index(self.kind) - 1])

    def action_cross(self) -> None:
        """With each of the others in turn, then alone again."""
        others = [None, *(kind for kind in KIND_NAMES if kind != self.kind)]
        self.crossed = others[(others.index(self.crossed) + 1) % len(others)]
        self._show()

    def _sort(self, column: str, falling: bool) -> None:
        self.sorting = Sorting(column, falling)
        self._show()

    def _sort_beside(self, step: int) -> None:
        names = [one.name for one in columns_of(self.kinds, self.list.row_width)]
        at = names.index(self.sorting.column) if self.sorting.column in names else -max(step, 0)
        column = names[(at + step) % len(names)] if names else self.sorting.column
        self._sort(column, not column.startswith("arm"))

    def action_sort(self) -> None:
        self._sort_beside(1)

    def action_sort_back(self) -> None:
        self._sort_beside(-1)

    def action_reverse(self) -> None:
        self._sort(self.sorting.column, not self.sorting.falling)

    def action_each(self) -> None:
        self.each = not self.each
        self._show()

    def action_count(self) -> None:
        self._count()

    def action_best(self) -> None:
        line = self.current
        if line is None:
            return
        if line.best is None:
            self.notify("none of its children improved on its parent")
        else:
            self.post_message(self.Selected(line.best, self))

    # -- remembering -----------------------------------------------------------------------------------

    def remembered(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "crossed": self.crossed,
            "sort": self.sorting.column,
            "falling": self.sorting.falling,
            "each": self.each,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        if values.get("kind") in KIND_NAMES:
            self.kind = values["kind"]
        if values.get("crossed") in KIND_NAMES and values["crossed"] != self.kind:
            self.crossed = values["crossed"]
        sort, falling = values.get("sort"), values.get("falling")
        if isinstance(sort, str) and is_column(sort) and isinstance(falling, bool):
            self.sorting = Sorting(sort, falling)
        if isinstance(values.get("each"), bool):
            self.each = values["each"]
        self._show()


def _read(reader: RunReader, objectives: tuple[Objective, ...]) -> Ledger:
    from ge_tui.tui.credit.reading import read_ledger  # noqa: PLC0415  (takes a while to load: in the feed's thread)

    return read_ledger(reader, objectives)
