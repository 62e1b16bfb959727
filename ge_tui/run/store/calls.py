"""Calls to a language model as they stand on record, with their texts."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from ge_tui.llm.calls import CallRecord
from ge_tui.run.store.blobs import get_text
from ge_tui.run.store.reader import RunReader
from ge_tui.run.store.wordings import wordings_used

COLUMNS = (
    "individual", "attempt", "step", "at", "operator", "template", "persona", "category", "segment", "model", "digest",
    "server_version", "options", "system_blob", "prompt_blob", "answer_blob", "thinking_blob", "failure", "detail",
    "finished", "prompt_tokens", "completion_tokens", "first_token_s", "load_s", "total_s",
)  # fmt: skip
"""Of a call when it is put on record; how it was read is told later."""


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call as it stands on record."""

    call: CallRecord
    read_as: str
    """By which rung its answer was read, or why it was refused; empty where it was not read yet."""


def models_asked(run: RunReader) -> tuple[str, ...]:
    """The models of a run whose proposals come from an LLM, in the order in which they are drawn.

    Those of a run that was begun; else those that were asked.
    """
    known = run.run().environment.get("models")
    if known:
        return tuple(known)
    return tuple(
        name for (name,) in run.connection.execute("SELECT model FROM llm_call GROUP BY model ORDER BY min(id)")
    )


def calls_of(connection: sqlite3.Connection, individual: int) -> list[KeptCall]:
    """The calls that were made for an individual, in their order."""
    return _select(connection, "individual = ? ORDER BY attempt, step", (individual,))


def find_call(connection: sqlite3.Connection, individual: int, attempt: int, step: int) -> KeptCall | None:
    """One call; None where it is not on record."""
    found = _select(connection, "individual = ? AND attempt = ? AND step = ?", (individual, attempt, step))
    return found[0] if found else None


def _select(connection: sqlite3.Connection, where: str, parameters: tuple[int, ...]) -> list[KeptCall]:
    query = f"SELECT {', '.join(COLUMNS)}, read_as FROM llm_call WHERE {where}"
    return [_kept(connection, row) for row in connection.execute(query, parameters)]


def _kept(connection: sqlite3.Connection, row: tuple[Any, ...]) -> KeptCall:
    values: dict[str, Any] = dict(zip((*COLUMNS, "read_as"), row, strict=True))
    read_as = str(values.pop("read_as"))
    values.pop("at")
    values["options"] = json.loads(values["options"])
    values["finished"] = bool(values["finished"])
    for name in ("system", "prompt", "answer", "thinking"):
        blob = values.pop(f"{name}_blob")
        values[name] = "" if blob is None else get_text(connection, blob)
    values["wordings"] = wordings_used(connection, (values["individual"], values["attempt"], values["step"]))
    return KeptCall(CallRecord(**values), read_as)
