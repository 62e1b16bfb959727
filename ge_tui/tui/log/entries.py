"""The lines of the log: which there are, and which of them are shown. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from ge_tui.run.log_lines import Level, full_line_of, level_of
from ge_tui.run.store import EventRow
from ge_tui.tui.text.safe import clean, clean_line
from ge_tui.tui.watch import RunModel

KEPT = 5000
_SPARE = 500
"""So many more are kept before the oldest are let go, all at once: the others move up by as much."""

LEVELS = {
    Level.DEBUG: "everything",
    Level.INFO: "what matters",
    Level.WARNING: "warnings",
    Level.ERROR: "errors",
}
"""From which level on to show, in turns."""


@dataclass(slots=True)
class Entry:
    """An event as a line."""

    event: EventRow
    level: Level
    text: str
    """Clean, without the individual's number."""
    sought: str = ""
    """What a search looks at; made at the first one."""

    def matches(self, words: Iterable[str]) -> bool:
        """Whether all of some words, in lower case, stand in it."""
        if not self.sought:
            number = f"#{self.event.individual}" if self.event.individual is not None else ""
            self.sought = f"{number} {self.text} {self.event.kind}".casefold()
        return all(word in self.sought for word in words)


def entry_of(event: EventRow) -> Entry | None:
    """None for an event that another one tells already."""
    line = full_line_of(event)
    if not line:
        return None
    number = f"#{event.individual}"
    without = line.removeprefix(f"{number} ").removeprefix(f"{number}: ")
    return Entry(event, level_of(event), clean(without).replace("\n", " "))


class Book:
    """The newest events as lines; of these, the ones that pass the filter."""

    def __init__(self) -> None:
        self.level = Level.INFO
        self.words: tuple[str, ...] = ()
        self.entries: list[Entry] = []
        self.shown: list[Entry] = []
        self._seen = 0
        self._last = -1

    def take(self, model: RunModel) -> tuple[int, int]:
        """Take in what is new; how many shown lines went at the front, and how many came at the end."""
        new = min(model.events_seen - self._seen, len(model.events))
        self._seen = model.events_seen
        events = islice(model.events, len(model.events) - new, None) if new > 0 else ()
        added = self._add(event for event in events if event.seq > self._last)
        return self._let_go(), added

    def filter(self, level: Level, text: str) -> None:
        """Show others."""
        self.level, self.words = level, tuple(text.casefold().split())
        self.shown = [entry for entry in self.entries if self._passes(entry)]

    def index_at(self, seq: int) -> int:
        """The shown line of an event, or of the last one before it; -1 where there is none."""
        return next((i for i in range(len(self.shown) - 1, -1, -1) if self.shown[i].event.seq <= seq), -1)

    def _add(self, events: Iterable[EventRow]) -> int:
        before = len(self.shown)
        for event in events:
            self._last = event.seq
            entry = entry_of(event)
            if entry is not None:
                self.entries.append(entry)
                if self._passes(entry):
                    self.shown.append(entry)
        return len(self.shown) - before

    def _let_go(self) -> int:
        if len(self.entries) <= KEPT + _SPARE:
            return 0
        del self.entries[: len(self.entries) - KEPT]
        oldest = self.entries[0].event.seq
        gone = next((i for i, entry in enumerate(self.shown) if entry.event.seq >= oldest), len(self.shown))
        del self.shown[:gone]
        return gone

    def _passes(self, entry: Entry) -> bool:
        return entry.level >= self.level and entry.matches(self.words)


def details(entry: Entry) -> str:
    """All that is known of an event, as text."""
    event = entry.event
    about = f", individual #{event.individual}" if event.individual is not None else ""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.at))
    facts = [f"  {name}: {_fact(value)}" for name, value in event.payload.items() if value not in ("", None)]
    return "\n".join([entry.text, "", f"{when}  {clean_line(event.kind)}{about}", *facts])


def _fact(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean(text).replace("\n", "\n    ")


def when(at: float, since: float | None) -> str:
    """The time of day, or the time since the run began."""
    if since is None:
        return time.strftime("%H:%M:%S", time.localtime(at))
    seconds = max(0, round(at - since))
    return f"+{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
