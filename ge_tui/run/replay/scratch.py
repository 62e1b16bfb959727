"""The store of a replay: it ends where the recorded engine died, in the middle of a step or not."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ge_tui.run.store import EventRow, Store

_FILLED = frozenset({"accepted", "rejected", "duplicate"})


class CutOffError(Exception):
    """The recorded engine did not come to this any more."""


class Scratch(Store):
    """Takes in what is derived, but of a chain of steps only so much as the recorded engine lived to do.

    An answer is put on record, read and turned into an individual at one go; where the engine died in between, the
    replay must not be ahead of it.
    """

    def __init__(self, file: Path, events: Sequence[EventRow]) -> None:
        super().__init__(file)
        self._connection.execute("PRAGMA synchronous = OFF")  # nobody needs it after a power cut
        self.moment = 0
        """The event on record that is being derived."""
        self._deaths = [event.seq for event in events if event.kind in ("recovered", "forked")]
        self._told: dict[tuple[str, int], list[int]] = {}
        for event in events:
            if (mark := _mark(event)) is not None:
                self._told.setdefault(mark, []).append(event.seq)

    @contextmanager
    def step(self) -> Iterator[sqlite3.Connection]:
        with super().step() as connection:
            yield connection
            for event in self._pending:
                if (mark := _mark(event)) is not None and not self._lived_to(mark):
                    raise CutOffError

    def _lived_to(self, mark: tuple[str, int]) -> bool:
        """Whether the session that is derived tells of this, now or later."""
        after = bisect_right(self._deaths, self.moment)
        end = self._deaths[after] if after < len(self._deaths) else float("inf")
        seqs = self._told.get(mark, [])
        at = bisect_left(seqs, self.moment)
        return at < len(seqs) and seqs[at] < end


def _mark(event: EventRow) -> tuple[str, int] | None:
    """What an event tells, and of whom, where it ends a step that the engine may have died before."""
    if event.kind == "act_done":
        return event.kind, event.payload["seq"]
    kind = "filled" if event.kind in _FILLED else event.kind if event.kind == "insight" else ""
    return (kind, event.individual) if kind and event.individual is not None else None
