"""Whether the server is away and who waits for a call, kept up with the run's news. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from ge_tui.run.store import EventRow, Status
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.watch import RunModel

_ENDS = frozenset({"llm_back", "session", "recovered", "answered", "run_stopped", "run_failed", "run_finished"})


class Situation:
    """What is known of it."""

    def __init__(self) -> None:
        self.away: EventRow | None = None
        """The news that the server cannot be reached, while it cannot."""
        self.proposing: set[int] = set()
        """Individuals whose code is being made."""
        self._seen = 0

    def take(self, model: RunModel, individuals: Iterable[int]) -> None:
        """Take in what is new; `individuals` are those that changed."""
        new = min(model.events_seen - self._seen, len(model.events))
        self._seen = model.events_seen
        for event in islice(model.events, len(model.events) - new, None) if new > 0 else ():
            if event.kind == "llm_away":
                self.away = event
            elif event.kind in _ENDS:
                self.away = None
        for number in individuals:
            one = model.individuals.get(number)
            if one is not None and one.status is Status.PROPOSING:
                self.proposing.add(number)
            else:
                self.proposing.discard(number)

    def waiting(self, model: RunModel) -> int:
        """How many individuals wait for a call."""
        return len(self.proposing - {call.individual for call in model.calls}) if model.alive else 0

    def reason(self, model: RunModel) -> str:
        """Why the server is away; empty where it is not."""
        if self.away is None or not model.alive:
            return ""
        return clean_line(str(self.away.payload.get("reason") or "it does not answer"))
