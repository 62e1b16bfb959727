"""Writing in steps: each one transaction, with the events that tell of it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ge_tui.run.store.connection import open_writer, transaction
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.records import EventRow
from ge_tui.run.store.values import to_json


class Steps(Queries):
    """The writing connection of a run's database; whoever listens hears of an event once it is committed."""

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(open_writer(file))
        self._file = file
        self._clock = clock
        self._listener: Callable[[EventRow], None] = lambda _event: None
        self._pending: list[EventRow] = []

    def listen(self, listener: Callable[[EventRow], None]) -> None:
        """Call `listener` for each event, after it is committed."""
        self._listener = listener

    def close(self) -> None:
        """Nothing is written or read afterwards."""
        self._connection.close()

    def is_in_place(self) -> bool:
        """Whether the file is still where it was opened: what is written after it was deleted is lost."""
        return self._file.is_file()

    @contextmanager
    def step(self) -> Iterator[sqlite3.Connection]:
        """One transaction; the listener hears of its events once it is committed."""
        self._pending = []
        with transaction(self._connection):
            yield self._connection
        told, self._pending = self._pending, []
        for event in told:
            self._listener(event)

    def now(self) -> float:
        """The time, as it is put on record."""
        return self._clock()

    def event(self, kind: str, individual: int | None, /, **payload: Any) -> None:
        """Tell of what is being done, inside the step that does it."""
        at = self._clock()
        cursor = self._connection.execute(
            "INSERT INTO event (at, kind, individual, payload) VALUES (?, ?, ?, ?)",
            (at, kind, individual, to_json(payload)),
        )
        self._pending.append(EventRow(int(cursor.lastrowid or 0), at, kind, individual, payload))
