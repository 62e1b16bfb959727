"""The log pane: events with levels, a filter, and the whole of one on request."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from ge_tui.run.log_lines import Level
from ge_tui.tui.keys.actions import Action, bindings
from ge_tui.tui.log.entries import LEVELS, Book, Entry, details
from ge_tui.tui.log.rows import LogList
from ge_tui.tui.panes.pane import Pane, Watched
from ge_tui.tui.text.document import Document, part_of
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.text.view import TextView
from ge_tui.tui.watch import Change, Part
from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.one_row import OneRow, Piece, SearchRow


class LogPane(Pane):
    """What happened, the newest last."""

    NAME: ClassVar[str] = "log"
    TITLE: ClassVar[str] = "Log"
    HELP: ClassVar[str] = """\
What happened in the run, a line each, the newest last. The sign says how much it matters: `✗` the run cannot go
on as it should, `!` something went wrong that the search lives with, `✓` a success, `-` news, `·` what happens all
the time (shown after {log.level}). The number is the individual's: {list.choose} goes to it in every pane.

The log follows what comes while the cursor is on the last line; move up to read, {list.last} to follow again.
{log.filter} shows only lines with all the words typed; {log.details} shows the whole of an event.
"""
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("log.level", "v", "Level", "Show more or fewer events, by how much they matter.", footer=True),
        Action("log.filter", "slash", "Filter", "Show only events with some words.", footer=True),
        Action("log.follow", "f", "Follow", "Follow what comes, or stop.", footer=True),
        Action("log.details", "space", "Details", "Show or hide the whole of the event.", footer=True),
        Action("log.time", "t", "Time", "Time of day, or time since the run began."),
        Action("log.copy", "y", "Copy", "Copy the event to the clipboard."),
        Action("log.back", "escape", "Back", "Close the details, then clear the filter."),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ACTIONS)]
    DEFAULT_CSS = """
    LogPane {
        layout: vertical;
        & > #log-details { display: none; height: 40%; min-height: 3; border-top: solid $panel; }
        &.-details > #log-details { display: block; }
    }
    """

    def __init__(self, watched: Watched) -> None:
        super().__init__(watched)
        self._book = Book()
        self._list = LogList(self._book)
        self._text = TextView(id="log-details")
        self._status = OneRow()
        self._search = SearchRow("words, as in: failed build #12", id="log-search")

    def compose(self) -> ComposeResult:
        yield self._status
        yield self._list
        yield self._text
        yield self._search

    def refresh_from(self, change: Change) -> None:
        if change.touches(Part.EVENTS):
            gone, added = self._book.take(self.model)
            self._list.come(gone, added)
            if added and self._list.following:
                self._show_details()
        self._say()

    # Actions

    def action_level(self) -> None:
        levels = list(LEVELS)
        self._filter(levels[(levels.index(self._book.level) + 1) % len(levels)], self._search.value)

    def action_filter(self) -> None:
        self._search.open()

    def action_follow(self) -> None:
        self._list.follow(not self._list.following)

    def action_details(self) -> None:
        self.toggle_class("-details")
        if not self.has_class("-details") and self._text.has_focus:
            self._list.focus()
        self._show_details()

    def action_time(self) -> None:
        run = self.model.run
        self._list.since = run.created_at if run is not None and self._list.since is None else None
        self._list.update_rows()

    def action_copy(self) -> None:
        if (entry := self._entry()) is not None:
            self.app.copy_to_clipboard(details(entry))
            self.notify("The event is in the clipboard.")

    def action_back(self) -> None:
        if self.has_class("-details"):
            self.action_details()
        elif self._search.value:
            self._search.value = ""
            self._search.close()
            self._list.focus()

    # What the widgets say

    def on_line_list_highlighted(self, message: LineList.Highlighted) -> None:
        message.stop()
        self._show_details()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        entry = self._entry()
        if entry is not None and entry.event.individual is not None:
            self.post_message(self.Selected(entry.event.individual))
        elif entry is not None:
            self.action_details()

    def on_log_list_follow_changed(self, message: LogList.FollowChanged) -> None:
        message.stop()
        self._say()

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._filter(self._book.level, message.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._leave_search()

    def on_search_row_left(self, message: SearchRow.Left) -> None:
        message.stop()
        self._search.value = ""
        self._leave_search()

    def _leave_search(self) -> None:
        self._list.focus()
        if not self._search.value:
            self._search.close()

    # Showing

    def _filter(self, level: Level, text: str) -> None:
        entry = self._entry()
        self._book.filter(level, text)
        self._list.others(self._book.index_at(entry.event.seq) if entry is not None else 0)
        self._show_details()
        self._say()

    def _entry(self) -> Entry | None:
        cursor = self._list.cursor
        return self._book.shown[cursor] if 0 <= cursor < len(self._book.shown) else None

    def _show_details(self) -> None:
        if self.has_class("-details"):
            entry = self._entry()
            self._text.show(Document(part_of(details(entry) if entry is not None else "no event")))

    def _say(self) -> None:
        shown, kept = len(self._book.shown), len(self._book.entries)
        pieces = [Piece(f" {LEVELS[self._book.level]} ", "here", "level")]
        if self._book.words:
            pieces.append(Piece(f" with {clean_line(' '.join(self._book.words))} ", "warning", "filter"))
        pieces.append(Piece(f" {shown:,} of {kept:,}", "quiet"))
        following = (
            Piece("following ", "good", "follow") if self._list.following else Piece("f follows ", "quiet", "follow")
        )
        trouble = (Piece(f" {clean_line(self.model.trouble)}", "bad"),) if self.model.trouble else ()
        self._status.say(*pieces, *trouble, right=(following,))
