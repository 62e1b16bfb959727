"""Calls to a language model on record: written before they are used, read again after a crash or in a replay."""

from __future__ import annotations

import functools
import json
import sqlite3
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from ge_tui.llm.answers import RefusalReason
from ge_tui.llm.calls import CallRecord, Recorded
from ge_tui.run.store.blobs import get_text, put_text
from ge_tui.run.store.live_calls import LiveCalls
from ge_tui.run.store.reader import RunReader
from ge_tui.run.store.values import to_json, to_text
from ge_tui.run.store.wordings import find_rephrasing, note_wordings, wordings_used
from ge_tui.run.store.writer import Store

_COLUMNS = (
    "individual", "attempt", "step", "at", "operator", "template", "persona", "category", "segment", "model", "digest",
    "server_version", "options", "system_blob", "prompt_blob", "answer_blob", "thinking_blob", "failure", "detail",
    "finished", "prompt_tokens", "completion_tokens", "first_token_s", "load_s", "total_s",
)  # fmt: skip
_REFUSALS = frozenset(RefusalReason)


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call as it stands on record."""

    call: CallRecord
    read_as: str
    """By which rung its answer was read, or why it was refused; empty where it was not read yet."""


class CallLog:
    """The calls of a run in its store. A Recorder; `replayed` is a run whose answers are taken first."""

    def __init__(self, store: Store, replayed: RunReader | None = None, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._replayed = replayed
        self._clock = clock
        self._live = LiveCalls(store, clock)

    def begin(self, call: CallRecord) -> None:
        self._live.begin(call)

    def words(self, individual: int, attempt: int, step: int, kind: str, text: str) -> None:
        self._live.words((individual, attempt, step), kind, text)

    def recorded(self, individual: int, attempt: int, step: int) -> Recorded | None:
        """What a call brought that was made before: in this run, or in the one that is replayed."""
        key = individual, attempt, step
        kept = find_call(self._store.connection, *key)
        if kept is None and self._replayed is not None:
            kept = self._of_replayed(*key)
            if kept is not None:
                self.record(kept.call)
        if kept is None:
            return None
        return Recorded(kept.call.answer, kept.call.finished, kept.call.failure, kept.call.detail)

    def _of_replayed(self, individual: int, attempt: int, step: int) -> KeptCall | None:
        """The call for whoever stands in the same place there: what the user had made besides shifts the numbers."""
        assert self._replayed is not None
        place = self._store.connection.execute(
            "SELECT generation, slot, operator FROM individual WHERE number = ?", (individual,)
        ).fetchone()
        other = (
            place
            and self._replayed.connection.execute(
                "SELECT number FROM individual WHERE generation = ? AND slot = ? AND operator = ?", place
            ).fetchone()
        )
        kept = find_call(self._replayed.connection, other[0], attempt, step) if other else None
        return None if kept is None else replace(kept, call=replace(kept.call, individual=individual))

    def rephrased(self, generation: int, ref: str) -> CallRecord | None:
        """The rephrasing that the replayed run asked for in a generation, if it was of the same text."""
        kept = None if self._replayed is None else find_rephrasing(self._replayed.connection, generation)
        return kept.call if kept is not None and kept.of == ref else None

    def record(self, call: CallRecord) -> None:
        """Keep a call whose answer is complete, before anything is made of it."""
        with self._store.step() as connection:
            self._live.end(connection, (call.individual, call.attempt, call.step))
            put = functools.partial(put_text, connection)
            connection.execute(
                f"INSERT INTO llm_call ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",
                (
                    call.individual, call.attempt, call.step, self._clock(), call.operator, call.template,
                    call.persona, call.category, call.segment, call.model, call.digest, call.server_version,
                    to_json(dict(call.options)), put(call.system), put(call.prompt), put(call.answer),
                    put(call.thinking) if call.thinking else None, call.failure, to_text(call.detail),
                    int(call.finished), call.prompt_tokens, call.completion_tokens, call.first_token_s, call.load_s,
                    call.total_s,
                ),
            )  # fmt: skip
            note_wordings(connection, call)
            self._store.event(
                "answered", call.individual, failure=call.failure, detail=call.detail, persona=call.persona,
                category=call.category, tokens=call.completion_tokens, seconds=call.total_s,
            )  # fmt: skip

    def read_as(self, individual: int, attempt: int, step: int, how: str) -> None:
        with self._store.step() as connection:
            connection.execute(
                "UPDATE llm_call SET read_as = ? WHERE individual = ? AND attempt = ? AND step = ?",
                (how, individual, attempt, step),
            )

    def insight(self, individual: int, elite: int, segment: str, text: str) -> None:
        with self._store.step() as connection:
            connection.execute(
                "INSERT INTO insight (individual, elite, segment, text_blob, at) VALUES (?, ?, ?, ?, ?)",
                (individual, elite, segment, put_text(connection, text), self._clock()),
            )
            self._store.event("insight", individual, elite=elite, segment=segment, text=text)


@dataclass(frozen=True, slots=True)
class KeptInsight:
    """What a model said it learned from how an elite differs from the seed in a segment."""

    id: int
    text: str
    elite: int
    segment: str
    individual: int
    """In whose making it was said."""


def insights_of(
    connection: sqlite3.Connection, elites: Collection[int] | None = None, after: int = 0
) -> list[KeptInsight]:
    """The insights on record with a higher id than `after`, of all elites or of some, the oldest first."""
    condition = "1" if elites is None else f"elite IN ({', '.join('?' * len(elites))})"
    query = f"SELECT id, text_blob, elite, segment, individual FROM insight WHERE id > ? AND {condition} ORDER BY id"
    rows = connection.execute(query, (after, *(elites or ()))).fetchall()
    return [KeptInsight(number, get_text(connection, blob), *rest) for number, blob, *rest in rows]


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


@dataclass(frozen=True, slots=True)
class CallFigures:
    """A call without its texts."""

    individual: int
    attempt: int
    operator: str
    persona: str
    category: str
    model: str
    temperature: float
    failure: str | None
    read_as: str
    prompt_tokens: int
    completion_tokens: int
    first_token_s: float
    total_s: float

    @property
    def was_read(self) -> bool:
        """Whether its answer became a child's source."""
        return self.failure is None and bool(self.read_as) and self.read_as not in _REFUSALS


def call_figures(connection: sqlite3.Connection, after: int = -1) -> list[CallFigures]:
    """The calls for the individuals after one, by individual, attempt and step."""
    rows = connection.execute(
        "SELECT individual, attempt, operator, persona, category, model, "
        "coalesce(json_extract(options, '$.temperature'), 0.0), failure, read_as, prompt_tokens, completion_tokens, "
        "first_token_s, total_s FROM llm_call WHERE individual > ? ORDER BY individual, attempt, step",
        (after,),
    )
    return [CallFigures(*row) for row in rows]


def calls_of(connection: sqlite3.Connection, individual: int) -> list[KeptCall]:
    """The calls that were made for an individual, in their order."""
    return _select(connection, "individual = ? ORDER BY attempt, step", (individual,))


def find_call(connection: sqlite3.Connection, individual: int, attempt: int, step: int) -> KeptCall | None:
    found = _select(connection, "individual = ? AND attempt = ? AND step = ?", (individual, attempt, step))
    return found[0] if found else None


def _select(connection: sqlite3.Connection, where: str, parameters: tuple[int, ...]) -> list[KeptCall]:
    query = f"SELECT {', '.join(_COLUMNS)}, read_as FROM llm_call WHERE {where}"
    return [_kept(connection, row) for row in connection.execute(query, parameters)]


def _kept(connection: sqlite3.Connection, row: tuple[Any, ...]) -> KeptCall:
    values: dict[str, Any] = dict(zip((*_COLUMNS, "read_as"), row, strict=True))
    read_as = str(values.pop("read_as"))
    values.pop("at")
    values["options"] = json.loads(values["options"])
    values["finished"] = bool(values["finished"])
    for name in ("system", "prompt", "answer", "thinking"):
        blob = values.pop(f"{name}_blob")
        values[name] = "" if blob is None else get_text(connection, blob)
    values["wordings"] = wordings_used(connection, (values["individual"], values["attempt"], values["step"]))
    return KeptCall(CallRecord(**values), read_as)
