"""Calls to a language model in short, for lists; and what became of insights and of the built-in operators."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import dataclass
from typing import Any

from ge_tui.run.store.live_calls import Key

_COLUMNS = (
    "id", "individual", "attempt", "step", "at", "operator", "persona", "category", "segment", "model",
    "temperature", "failure", "read_as", "prompt_tokens",
    "completion_tokens", "first_token_s", "total_s",
)  # fmt: skip


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
        return self.individual, self.attempt, self.step

    @property
    def settled(self) -> bool:
        """Whether it is known what became of its answer."""
        return bool(self.failure or self.read_as)


def call_list(connection: sqlite3.Connection, after: int = 0) -> list[CallInShort]:
    """The calls with a higher id than this one, the oldest first."""
    columns = ", ".join(_COLUMNS).replace("temperature", "json_extract(options, '$.temperature')")
    rows = connection.execute(f"SELECT {columns} FROM llm_call WHERE id > ? ORDER BY id", (after,))
    return [CallInShort(**dict(zip(_COLUMNS, map(_shared, row), strict=True))) for row in rows]


def insight_uses(connection: sqlite3.Connection) -> dict[int, list[int]]:
    """For each insight that was used again, the individuals in whose making it was, the oldest first."""
    uses: dict[int, list[int]] = {}
    rows = connection.execute(
        "SELECT json_extract(arguments, '$.insight') AS insight, number FROM individual "
        "WHERE operator = 'eot' AND insight IS NOT NULL ORDER BY number"
    )
    for insight, number in rows:
        uses.setdefault(insight, []).append(number)
    return uses


def offline_changes(connection: sqlite3.Connection) -> dict[str, list[int]]:
    """For each kind of change that the built-in operators made, the individuals it made."""
    changes: dict[str, list[int]] = {}
    rows = connection.execute(
        "SELECT json_extract(step.value, '$.kind'), number FROM individual, json_each(arguments, '$.steps') AS step "
        "WHERE proposer = 'offline' ORDER BY number"
    )
    for kind, number in rows:
        changes.setdefault(str(kind), []).append(number)
    return changes


def _shared(value: Any) -> Any:
    """Thousands of calls share a few names."""
    return sys.intern(value) if isinstance(value, str) else value
