"""Calls to a language model that are under way: who was asked what, and the words as they come.

Words are committed a few times a second, not one by one: a commit waits for the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ge_tui.llm.calls import CallRecord
from ge_tui.run.store.blobs import get_text, put_text
from ge_tui.run.store.values import to_text
from ge_tui.run.store.writer import Store

FLUSH_S = 0.25
Key = tuple[int, int, int]
"""Individual, attempt, step."""
_ASKED = (
    "individual", "attempt", "step", "at", "operator", "template", "persona", "category", "segment", "model",
    "temperature",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is under way."""

    individual: int
    attempt: int
    step: int
    at: float
    operator: str
    template: str
    persona: str
    category: str
    segment: str | None
    model: str
    temperature: float | None
    system: str
    prompt: str

    @property
    def key(self) -> Key:
        """Which call it is."""
        return self.individual, self.attempt, self.step


@dataclass(frozen=True, slots=True)
class Words:
    """What came of a call in one go."""

    seq: int
    key: Key
    kind: str
    """`thinking`, `text`, or `again`: the call was sent once more, for the reason that is its text."""
    text: str


class LiveCalls:
    """The writer's side."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._waiting: list[tuple[Key, str, str]] = []
        self._flush: asyncio.TimerHandle | None = None

    def begin(self, call: CallRecord) -> None:
        """A call is being sent."""
        with self._store.step() as connection:
            self._forget(connection, (call.individual, call.attempt, call.step))
            connection.execute(
                f"INSERT INTO live_call ({', '.join(_ASKED)}, system_blob, prompt_blob) "
                f"VALUES ({', '.join('?' * len(_ASKED))}, ?, ?)",
                (
                    call.individual, call.attempt, call.step, self._clock(), call.operator, call.template,
                    call.persona, call.category, call.segment, call.model, call.options.get("temperature"),
                    put_text(connection, call.system), put_text(connection, call.prompt),
                ),
            )  # fmt: skip

    def words(self, key: Key, kind: str, text: str) -> None:
        """Some words came; they are on disk within a quarter of a second."""
        if self._waiting and self._waiting[-1][:2] == (key, kind):
            text = self._waiting.pop()[2] + text
        self._waiting.append((key, kind, text))
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(FLUSH_S, self._write)

    def end(self, connection: sqlite3.Connection, key: Key) -> None:
        """The call is on record; inside the step that puts it there."""
        self._waiting = [waiting for waiting in self._waiting if waiting[0] != key]
        self._forget(connection, key)

    def _write(self) -> None:
        """Called by the event loop, where nobody would catch an error; a full disk shows at the next step too."""
        self._flush = None
        rows = [(*key, kind, to_text(text)) for key, kind, text in self._waiting]
        self._waiting = []
        if rows:
            with suppress(sqlite3.OperationalError, sqlite3.ProgrammingError), self._store.step() as connection:
                connection.executemany(
                    "INSERT INTO live_words (individual, attempt, step, kind, text) VALUES (?, ?, ?, ?, ?)", rows
                )

    @staticmethod
    def _forget(connection: sqlite3.Connection, key: Key) -> None:
        for table in ("live_call", "live_words"):
            connection.execute(f"DELETE FROM {table} WHERE individual = ? AND attempt = ? AND step = ?", key)


def live_calls(connection: sqlite3.Connection) -> list[LiveCall]:
    """The calls under way, the oldest first."""
    rows = connection.execute(
        f"SELECT {', '.join(_ASKED)}, system_blob, prompt_blob FROM live_call ORDER BY at, individual, attempt, step"
    ).fetchall()
    return [
        LiveCall(
            **dict(zip(_ASKED, asked, strict=True)),
            system=get_text(connection, system),
            prompt=get_text(connection, prompt),
        )
        for *asked, system, prompt in rows
    ]


def words_since(connection: sqlite3.Connection, seq: int = 0) -> list[Words]:
    """The words that came after the ones with this number, in the order they came."""
    rows = connection.execute(
        "SELECT seq, individual, attempt, step, kind, text FROM live_words WHERE seq > ? ORDER BY seq", (seq,)
    )
    return [
        Words(number, (individual, attempt, step), kind, text) for number, individual, attempt, step, kind, text in rows
    ]
