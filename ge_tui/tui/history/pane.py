"""The history pane: the changes of controls, and what followed each."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from ge_tui.errors import UserError
from ge_tui.run.following import Account, Followed, Made, follow, follow_acts
from ge_tui.run.store import Arm, RunReader
from ge_tui.tui.history.actions import ACTIONS, HELP
from ge_tui.tui.history.words import Filter, about, actors_of, change_row, columns_for, followed, status_line
from ge_tui.tui.keys.actions import bindings
from ge_tui.tui.panes.pane import Pane, Watched
from ge_tui.tui.plot.pieces import Row, Tone
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.columns import head_of
from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.one_row import SearchRow
from ge_tui.tui.widgets.piece_list import ClickLine, PieceList
from ge_tui.tui.widgets.saying import say

_REST_S = 1.0
"""At least so long between two counts."""
_SHARE = 20
"""And so many times as long as a count takes: no more than a twentieth of a core."""
_CARD_FROM = 12
_LONGEST = 200


class HistoryPane(Pane):
    """Every change of a control, and everything the user did with individuals."""

    NAME = "history"
    TITLE = "History"
    HELP = HELP
    ACTIONS = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = """
    HistoryPane {
        layout: vertical;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; background: $surface; }
        & > .history--followed { color: $text-muted; }
        & > .history--status { color: $text-muted; background: $panel; }
        & > SearchRow { background: $panel; }
        &.-low > .history--followed, &.-low > .history--about { display: none; }
    }
    """

    def __init__(self, watched: Watched, *, unicode: bool | None = None) -> None:
        super().__init__(watched)
        self.unicode = speaks_unicode() if unicode is None else unicode
        self.filter = Filter()
        self.newest_first = True
        self.counts = 0
        """How often it was counted."""
        self._made: dict[int, Made] = {}
        self._numbers: list[int] = []
        self._all: list[Followed] = []
        self._shown: list[Followed] = []
        self._selected: int | None = None
        self._busy = self._stale = False
        self._not_before = 0.0
        self._trouble = ""
        self._head = ClickLine()
        self.list = PieceList(self._row)
        self._input = SearchRow("words, as in: persona auto", max_length=_LONGEST)
        self._about = Static(classes="history--about")
        self._followed = Static(classes="history--followed")
        self._status = Static(classes="history--status")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.list
        yield self._input
        yield self._about
        yield self._followed
        yield self._status

    # -- counting --------------------------------------------------------------------------------------

    def refresh_from(self, change: Change) -> None:
        if change.touches(Part.CONTROLS, Part.ACTS, Part.INDIVIDUALS, Part.GENERATIONS, Part.RUN):
            self._stale = True
            self._count()

    def select(self, number: int) -> None:
        self._selected = number

    @property
    def idle(self) -> bool:
        """Whether all that is known was counted."""
        return not (self._busy or self._stale)

    def _count(self) -> None:
        if not self._busy and self._stale and self.is_mounted:
            self._busy = True
            self.run_worker(self._count_until_done(), group="history")

    async def _count_until_done(self) -> None:
        try:
            while self._stale and self.is_mounted:
                await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
                self._stale = False
                await self._count_once()
        finally:
            self._busy = False

    async def _count_once(self) -> None:
        began = time.monotonic()
        model = self.model
        if model.individuals and max(model.individuals) > max(self._made, default=-1):
            after = max(self._made, default=-1)
            try:
                found = await self.watched.feed.ask(lambda reader: made_after(reader, after))
            except (UserError, sqlite3.Error) as error:
                self._trouble = str(error)
                self._say()
                return
            self._made |= {one.number: one for one in found}
        self._trouble = ""
        individuals, made = dict(model.individuals), list(self._made.values())
        rows, generations, objectives = list(model.control_rows), model.generations, model.objectives
        acts = model.acts

        def count() -> tuple[list[Followed], list[int]]:
            account = Account(individuals, made, objectives)
            found = [*follow(rows, generations, account), *follow_acts(acts, generations, account)]
            return sorted(found, key=lambda one: one.row.at), account.numbers

        self._all, self._numbers = await asyncio.to_thread(count)
        self.counts += 1
        now = time.monotonic()
        self._not_before = now + max(_REST_S, _SHARE * (now - began))
        if self.is_mounted:
            self._show()

    # -- showing ---------------------------------------------------------------------------------------

    @property
    def current(self) -> Followed | None:
        """The change under the cursor."""
        return self._shown[self.list.cursor] if 0 <= self.list.cursor < len(self._shown) else None

    @property
    def shown(self) -> list[Followed]:
        """In the order of the list."""
        return self._shown

    def _show(self) -> None:
        """The list anew; the cursor stays with its change."""
        if not self.is_mounted:
            return
        current = self.current
        kept = [one for one in self._all if self.filter.keeps(one.row)]
        self._shown = kept[::-1] if self.newest_first else kept
        seqs = [one.row.seq for one in self._shown]
        cursor = seqs.index(current.row.seq) if current is not None and current.row.seq in seqs else 0
        self.list.rearrange(len(self._shown), cursor)
        self.list.scroll_to_cursor()
        self._say()

    def _row(self, index: int, width: int) -> Row:
        if index >= len(self._shown):
            return (("", Tone.PLAIN),)
        return change_row(self._shown[index], columns_for(width), unicode=self.unicode)

    def _say(self) -> None:
        if not self.is_mounted:
            return
        arrow = ("▼" if self.unicode else "v") if self.newest_first else ("▲" if self.unicode else "^")
        placed = columns_for(self.list.row_width)
        self._head.show([head_of(placed, "when", arrow, cut="…" if self.unicode else "~")])
        separator = "·" if self.unicode else "|"
        total = sum(self.filter.initial or Filter().keeps(one.row) for one in self._all)
        nothing = "no change is shown by the filter" if self._all and total and not self._shown else ""
        lines = (
            (self._about, nothing or about(self.current, separator, unicode=self.unicode)),
            (self._followed, followed(self.current, separator)),
            (self._status, self._trouble or status_line(len(self._shown), total, self.filter, separator)),
        )
        for widget, text in lines:
            say(widget, text)

    def on_resize(self) -> None:
        self.set_class(self.size.height < _CARD_FROM, "-low")
        self.call_after_refresh(self._show)

    @on(LineList.Highlighted)
    def _moved(self, message: LineList.Highlighted) -> None:
        message.stop()
        self._say()

    @on(LineList.Chosen)
    def _chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self.action_show_made()

    @on(ClickLine.Clicked)
    def _clicked(self, message: ClickLine.Clicked) -> None:
        message.stop()
        self.action_reverse()

    # -- those made under a change ---------------------------------------------------------------------

    def made_under(self, one: Followed | None) -> list[int]:
        """The individuals made under a change, by number."""
        return [] if one is None else self._numbers[one.positions.start : one.positions.stop]

    def action_show_made(self) -> None:
        numbers = self.made_under(self.current)
        if self._go(numbers[0] if numbers else None):
            self.post_message(self.Wanted("population"))

    def action_next_made(self) -> None:
        numbers, at = self.made_under(self.current), self._selected
        self._go(next((number for number in numbers if at is None or number > at), numbers[0] if numbers else None))

    def action_previous_made(self) -> None:
        numbers, at = self.made_under(self.current), self._selected
        before = [number for number in numbers if at is not None and number < at]
        self._go(before[-1] if before else numbers[-1] if numbers else None)

    def _go(self, number: int | None) -> bool:
        if number is None:
            if self.current is not None:
                self.notify("no child was made under it")
            return False
        self._selected = number
        self.post_message(self.Selected(number, self))
        return True

    # -- the filter ------------------------------------------------------------------------------------

    def _filter(self, **changes: Any) -> None:
        self.filter = replace(self.filter, **changes)
        self._show()

    def action_filter(self) -> None:
        self._input.value = self.filter.words
        self._input.cursor_position = len(self.filter.words)
        self._input.open()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if self._input.is_open:
            self._filter(words=message.value.strip())

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._close_filter()

    @on(SearchRow.Left)
    def _left(self, message: SearchRow.Left) -> None:
        message.stop()
        self.action_clear_filter()

    def _close_filter(self) -> None:
        self._input.close()
        self.list.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is others' where there is no filter to clear."""
        if action == "clear_filter":
            return self.filter != Filter() or self._input.is_open
        return super().check_action(action, parameters)

    def action_clear_filter(self) -> None:
        if self._input.is_open:
            self._close_filter()
        self._filter(words="", actor="", key="", initial=False)

    def action_actor(self) -> None:
        choices = ["", *actors_of(self.model.control_rows)]
        at = choices.index(self.filter.actor) if self.filter.actor in choices else 0
        self._filter(actor=choices[(at + 1) % len(choices)])

    def action_only_key(self) -> None:
        current = self.current
        if self.filter.key:
            self._filter(key="")
        elif current is not None:
            self._filter(key=current.row.key)

    def action_initial(self) -> None:
        self._filter(initial=not self.filter.initial)

    def action_reverse(self) -> None:
        self.newest_first = not self.newest_first
        self._show()

    # -- remembering -----------------------------------------------------------------------------------

    def remembered(self) -> dict[str, Any]:
        return {
            "words": self.filter.words,
            "actor": self.filter.actor,
            "initial": self.filter.initial,
            "newest_first": self.newest_first,
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        taken: dict[str, Any] = {}
        for name, kind in (("words", str), ("actor", str), ("initial", bool)):
            value = values.get(name)
            if isinstance(value, kind) and len(str(value)) <= _LONGEST:
                taken[name] = value
        self.filter = replace(self.filter, **taken)
        if isinstance(values.get("newest_first"), bool):
            self.newest_first = values["newest_first"]
        self._show()


def made_after(reader: RunReader, number: int) -> list[Made]:
    """Under which control each individual above a number was made."""
    rows = reader.individuals("number > ?", (number,))
    return [Made(row.number, row.control_seq, row.arm is Arm.EVOLUTION) for row in rows]
