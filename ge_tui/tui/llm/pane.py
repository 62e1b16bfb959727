"""The LLM pane: calls under way, calls on record, and what was learned in them."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from ge_tui.errors import UserError
from ge_tui.run.store.live_calls import Key
from ge_tui.tui.actions import Action, bindings
from ge_tui.tui.line_list import LineList
from ge_tui.tui.llm.actions import ACTIONS, HELP
from ge_tui.tui.llm.bar import news, tabs
from ge_tui.tui.llm.columns import CALLS, INSIGHTS
from ge_tui.tui.llm.documents import read_call
from ge_tui.tui.llm.evidence import insight_reading
from ge_tui.tui.llm.fetching import Fetching
from ge_tui.tui.llm.idle import empty_reading, idle_reading, is_offline
from ge_tui.tui.llm.lanes import THOUGHTS, Lane, Lanes
from ge_tui.tui.llm.live import figures, reading_of
from ge_tui.tui.llm.reader import Reader
from ge_tui.tui.llm.records import Records
from ge_tui.tui.llm.rows import ColumnList
from ge_tui.tui.llm.situation import Situation
from ge_tui.tui.one_row import OneRow, Piece
from ge_tui.tui.pane import Pane, Watched
from ge_tui.tui.registry import keymap_of
from ge_tui.tui.watch import Change, Part

_REST_S = 0.08
"""A cursor that moves on within this time does not fetch what it was on."""
_TICK_S = 1.0
_SPLIT_FROM = 18
"""From so many rows on, list and text are both shown."""
_LOW = 10


class LlmPane(Pane):
    """What the model is asked, and what it says."""

    NAME: ClassVar[str] = "llm"
    TITLE: ClassVar[str] = "LLM"
    HELP: ClassVar[str] = HELP
    ACTIONS: ClassVar[tuple[Action, ...]] = ACTIONS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = """
    LlmPane {
        layout: vertical;
        & > #llm-heading { background: $surface; }
        &.-split > ColumnList { height: 35%; }
    }
    """

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self.mode = "live"
        """live, calls, or insights."""
        self._lanes = Lanes()
        self._situation = Situation()
        self._records = Records(watched.feed)
        self._selected: int | None = None
        self._folded = True
        self._fetching = Fetching(self._take_fetched, self._say, lambda work: self._start(work, "llm-list"))
        self._bar = OneRow(id="llm-bar")
        self._heading = OneRow(id="llm-heading")
        self._calls = ColumnList(CALLS, id="llm-calls")
        self._insights = ColumnList(INSIGHTS, id="llm-insights")
        self._reader = Reader()
        self._is_open = False
        """Whether the text has the place of its list, where there is no room for both."""

    def compose(self) -> ComposeResult:
        self._arrange()
        yield self._bar
        yield self._heading
        yield self._calls
        yield self._insights
        yield self._reader

    def on_mount(self) -> None:
        self.set_interval(_TICK_S, self._tick)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= _SPLIT_FROM, "-split")
        self._arrange()
        self._reader.set_class(event.size.height < _LOW, "-low")
        self._say()

    # News

    def refresh_from(self, change: Change) -> None:
        self._situation.take(self.model, change.individuals)
        if change.touches(Part.CALLS, Part.WORDS):
            self._take_words()
        if change.touches(Part.EVENTS, Part.CALLS):
            self._fetching.ask(dear_too=True)
        if (
            self.mode == "live"
            and self._lanes.current is None
            and change.touches(Part.RUN, Part.INDIVIDUALS, Part.CALLS)
        ):
            self._show_idle()
        self._say()

    def select(self, number: int) -> None:
        self._selected = number
        if self.mode == "live" and not self._held and self._lanes.go(number):
            self._show_lane()
        if self._records.book.individual is not None:
            self._records.book.filter(number)
            self._calls.show(self._records.book.shown, len(self._records.book.shown) - 1)
            self._read_soon()
        elif (at := self._records.book.newest_of(number)) >= 0 and not self._calls.has_focus:
            self._calls.place_cursor(at)
            self._read_soon()
        self._say()

    @property
    def _held(self) -> bool:
        """Whether the user reads what a call brought, and must not lose it when the call ends."""
        return self.mode == "live" and self._lanes.current is not None and not self._reader.text.following

    def _take_words(self) -> None:
        current = self._lanes.current
        was_over = current is not None and current.over
        self._lanes.update(self.model.calls)
        live = self._lanes.live
        changed = self._lanes.take(self.model.words, time.monotonic())
        if self._lanes.settle(held=self._held):
            self._show_lane()
        elif self.mode == "live" and current is not None:
            rows = next((rows for index, rows in changed.items() if live[index] is current), None)
            if rows is not None:
                self._reader.grew(rows)
            if current.over and not was_over:
                self._read_whole(current)

    async def _take_fetched(self) -> None:
        """Fetch what is new, and show it."""
        book, first = self._records.book, not self._records.book.calls
        if await self._records.fetch_calls():
            at_end = self._calls.cursor >= self._calls.row_count - 1 and not self.has_focus_within
            self._calls.show(book.shown, len(book.shown) - 1 if first or at_end else None)
            if self.mode == "calls" and (first or at_end):
                self._read_soon()
        if self._fetching.dear_is_due:
            await self._take_dear()
        if self.mode == "live" and self._lanes.current is None:
            self._show_idle()
        self._say()

    async def _take_dear(self) -> None:
        """What takes a look at many individuals, if it is shown; now and then."""
        self._fetching.begin_dear(still_old=self.mode == "calls")
        if self.mode == "insights":
            await self._records.fetch_insights(self.model.individuals, self.model.objectives)
            number = self._insights.value.insight.id if self._insights.value is not None else None
            places = (at for at, one in enumerate(self._records.evidence) if one.insight.id == number)
            self._insights.show(self._records.evidence, next(places, 0))
            self._read_soon()
        elif self.mode == "live" and is_offline(self.model):
            await self._records.fetch_changes()
        self._fetching.end_dear()

    # Showing

    def _arrange(self) -> None:
        """Show what belongs to the mode: list and text, or either where the pane is low."""
        both = self.has_class("-split")
        in_list = self.mode != "live" and (both or not self._is_open)
        self._heading.display = in_list
        shown: dict[Widget, bool] = {
            self._calls: in_list and self.mode == "calls",
            self._insights: in_list and self.mode == "insights",
            self._reader: self.mode == "live" or both or self._is_open,
        }
        for widget, display in shown.items():
            widget.display = display
            widget.disabled = not display  # what is out of sight takes no keys

    def _show_lane(self) -> None:
        lane = self._lanes.current
        if lane is not None and self.mode == "live":
            self._reader.show(reading_of(lane), follow=True)
            self._say()

    def _show_idle(self) -> None:
        waiting = self._situation.waiting(self.model)
        reading = idle_reading(
            self.model, len(self._records.book.calls), waiting, self._records.changes, keymap_of(self.app)
        )
        if reading.raw_answer != self._reader.reading.raw_answer:
            self._reader.show(reading)

    def _read_soon(self) -> None:
        """Read what the cursor of the list is on, when it has come to rest."""
        if self.mode != "live" and self._reader.display:
            self._start(self._read, "llm-read")

    def _read_whole(self, lane: Lane) -> None:
        """A call that was watched is on record now: with its last words, coloured, and with what became of it."""
        top = self._reader.text.scroll_offset.y if not self._reader.prompt_shown else 0
        folded = lane.document.parts[THOUGHTS].folded

        def wanted() -> bool:
            return self.mode == "live" and self._lanes.current is lane

        self._start(partial(self._read_call, lane.call.key, wanted, folded=folded, top=top), "llm-read")

    def _start(self, work: Callable[[], object], group: str) -> None:
        """Not given a coroutine: one that is cancelled before it begins would be complained of."""
        self.run_worker(work, group=group, exclusive=True)

    async def _read(self) -> None:
        await asyncio.sleep(_REST_S)
        if self.mode == "insights":
            self._read_insight()
        elif self._calls.value is not None:
            await self._read_call(self._calls.value.key, lambda: self.mode == "calls", folded=self._folded)
        else:
            self._show_empty(self._records.book.individual)

    def _show_empty(self, individual: int | None) -> None:
        self._reader.show(empty_reading(self.mode, self.model, individual, keymap_of(self.app)))

    def _read_insight(self) -> None:
        evidence, shown = self._insights.value, self._reader.reading
        if evidence is None:
            self._show_empty(None)
            return
        reading = insight_reading(evidence, self.model.individuals, self.model.objectives)
        same = reading.who == shown.who
        if not same or reading.answer.lines != shown.answer.lines:
            self._reader.show(reading, top=self._reader.text.scroll_offset.y if same else 0)

    async def _read_call(self, key: Key, wanted: Callable[[], bool], *, folded: bool, top: int | None = None) -> None:
        """Read a call on record, unless something else is looked at when it is here.

        With `top`, what stood in that row of the answer alone stays there.
        """
        try:
            kept = await self._records.call(key)
        except (UserError, sqlite3.Error) as error:
            self._say(str(error))
            return
        if kept is None:
            return
        individual, width = self.model.individuals.get(key[0]), self._reader.text.row_width or 80
        reading = await asyncio.to_thread(read_call, kept, individual, width, folded=folded)
        if wanted():
            above = reading.answer.height_of(0)
            self._reader.show(reading, top=0 if top is None else top + above)

    def _tick(self) -> None:
        if self.mode == "live" and self.display and self._lanes.live:
            self._say()
        if self.display and self.mode != "calls" and self._fetching.dear_waits:
            self._fetching.ask()

    def _say(self, trouble: str = "") -> None:
        """Bring the rows above the text up to date."""
        book = self._records.book
        counts = {
            "live": len(self._lanes.live), "calls": len(book.calls), "insights": self._records.insight_count
        }  # fmt: skip
        self._bar.say(*tabs(self.mode, counts, book.individual), right=news(self._situation, self.model, trouble))
        shown = self._calls.columns if self.mode == "calls" else self._insights.columns
        self._heading.say(Piece(shown.heading(max(1, self.size.width - 1)), "quiet"))
        self._say_lane()

    def _say_lane(self) -> None:
        lane = self._lanes.current
        before: tuple[Piece, ...] = ()
        if self.mode == "live" and lane is not None:
            live = self._lanes.live
            if not lane.over:
                self._reader.reading.figures = figures(lane, time.monotonic(), time.time(), alive=self.model.alive)
                self._reader.reading.raw_answer = lane.text
            at = next((index + 1 for index, one in enumerate(live) if one is lane), None)
            if len(live) > 1 or (live and lane.over):
                before = (Piece(f" {at or '-'} of {len(live)} ", "here", "next"),)
        self._reader.say(*before)

    # Actions

    def action_live(self) -> None:
        self._go("live")
        if self._lanes.current is not None and self._lanes.current.over:
            self._lanes.current = None
            self._lanes.settle(held=False)
        if self._lanes.current is not None:
            self._show_lane()
        else:
            self._show_idle()
        self._reader.text.focus()

    def action_calls(self) -> None:
        self._go("calls")
        self._calls.focus()
        self._read_soon()

    def action_insights(self) -> None:
        self._go("insights")
        self._insights.focus()
        self._read_soon()

    def _go(self, mode: str) -> None:
        self.mode = mode
        self._is_open = False
        self._arrange()
        self._reader.prompt_shown = False
        self._reader.end_search()
        self._fetching.hurry()
        self._say()

    def action_prompt(self) -> None:
        self._reader.toggle_prompt()

    def action_thoughts(self) -> None:
        folded = self._reader.toggle_thoughts()
        if folded is None:
            self.notify("There are no thoughts in this text.")
        elif self.mode != "live":
            self._folded = folded

    def action_mine(self) -> None:
        if self._records.book.individual is None and self._selected is None:
            self.notify("No individual is selected.")
            return
        self._records.book.filter(self._selected if self._records.book.individual is None else None)
        at = self._records.book.newest_of(self._selected) if self._selected is not None else -1
        self._calls.show(self._records.book.shown, at if at >= 0 else len(self._records.book.shown) - 1)
        if self.mode != "calls":
            self.action_calls()
        self._read_soon()
        self._say()

    def action_next(self) -> None:
        self._step(1)

    def action_previous(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        if self.mode != "live":
            shown = self._list
            shown.move_cursor(shown.cursor + step)
        elif self._lanes.step(step):
            self._show_lane()

    @property
    def _list(self) -> LineList:
        return self._insights if self.mode == "insights" else self._calls

    def action_individual(self) -> None:
        if self._reader.reading.individual is not None:
            self.post_message(self.Selected(self._reader.reading.individual))

    def action_find(self) -> None:
        if not self._reader.display:
            self._open()
        self._reader.open_search()

    def action_find_next(self) -> None:
        self._reader.search_next(1)

    def action_find_previous(self) -> None:
        self._reader.search_next(-1)

    def action_copy(self) -> None:
        if text := self._reader.shown_text:
            self.app.copy_to_clipboard(text)
            self.notify(f"{len(text):,} letters are in the clipboard.")

    def action_back(self) -> None:
        if self._reader.end_search():
            self._reader.text.focus()
            self._say()
        elif self.mode != "live":
            self._is_open = False
            self._arrange()
            self._list.focus()

    def _open(self) -> None:
        self._is_open = True
        self._arrange()
        self._reader.text.focus()
        self._read_soon()

    # What the widgets say

    def on_line_list_highlighted(self, message: LineList.Highlighted) -> None:
        message.stop()
        self._read_soon()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self._open()
