"""Calls to a language model in short, for lists and for figures."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import dataclass, fields
from typing import Any

from ge_tui.llm.answers import RefusalReason
from ge_tui.run.store.live_calls import Key

_REFUSALS = frozenset(RefusalReason)


@dataclass(frozen=True, slots=True)
class CallInShort:
    """A call on record, without its texts."""

    id: int
    individual: int
    attempt: int
    step: int
    at: float
    operator: str
    persona: str
    category: str
    segment: str | None
    model: str
    temperature: float | None
    failure: str | None
    read_as: str
    prompt_tokens: int
    completion_tokens: int
    first_token_s: float
    total_s: float

    @property
    def key(self) -> Key:
        """Which call it is."""
        return self.individual, self.attempt, self.step

    @property
    def settled(self) -> bool:
        """Whether it is known what became of its answer."""
        return bool(self.failure or self.read_as)

    @property
    def was_read(self) -> bool:
        """Whether its answer became a child's source."""
        return self.failure is None and bool(self.read_as) and self.read_as not in _REFUSALS


def call_list(connection: sqlite3.Connection, after: int = 0) -> list[CallInShort]:
    """The calls with a higher id than this one, the oldest first."""
    return _select(connection, "id > ? ORDER BY id", after)


def calls_by_individual(connection: sqlite3.Connection, after: int = -1) -> list[CallInShort]:
    """The calls for the individuals after one, by individual, attempt and step."""
    return _select(connection, "individual > ? ORDER BY individual, attempt, step", after)


def _select(connection: sqlite3.Connection, where: str, after: int) -> list[CallInShort]:
    columns = ", ".join(field.name for field in fields(CallInShort)).replace(
        "temperature", "json_extract(options, '$.temperature')"
    )
    rows = connection.execute(f"SELECT {columns} FROM llm_call WHERE {where}", (after,))
    return [CallInShort(*map(_shared, row)) for row in rows]


def _shared(value: Any) -> Any:
    """Thousands of calls share a few names."""
    return sys.intern(value) if isinstance(value, str) else value
