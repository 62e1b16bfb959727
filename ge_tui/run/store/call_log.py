"""Putting calls to a language model on record: before they are used, to be read again after a crash or in a replay."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import replace

from ge_tui.llm.calls import CallRecord, Recorded
from ge_tui.run.store.blobs import put_text
from ge_tui.run.store.calls import COLUMNS, KeptCall, find_call
from ge_tui.run.store.live_calls import LiveCalls
from ge_tui.run.store.reader import RunReader
from ge_tui.run.store.values import to_json, to_text
from ge_tui.run.store.wordings import find_rephrasing, note_wordings
from ge_tui.run.store.writer import Store


class CallLog:
    """The calls of a run in its store. A Recorder; `replayed` is a run whose answers are taken first."""

    def __init__(self, store: Store, replayed: RunReader | None = None, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._replayed = replayed
        self._clock = clock
        self._live = LiveCalls(store, clock)

    def begin(self, call: CallRecord) -> None:
        """A call is being sent."""
        self._live.begin(call)

    def words(self, individual: int, attempt: int, step: int, kind: str, text: str) -> None:
        """Words of a call under way; they are on disk a moment later."""
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
                f"INSERT INTO llm_call ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
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
        """By which rung an answer was read, or why it was refused."""
        with self._store.step() as connection:
            connection.execute(
                "UPDATE llm_call SET read_as = ? WHERE individual = ? AND attempt = ? AND step = ?",
                (how, individual, attempt, step),
            )

    def insight(self, individual: int, elite: int, segment: str, text: str) -> None:
        """What the model said it learned from a change."""
        with self._store.step() as connection:
            connection.execute(
                "INSERT INTO insight (individual, elite, segment, text_blob, at) VALUES (?, ?, ?, ?, ?)",
                (individual, elite, segment, put_text(connection, text), self._clock()),
            )
            self._store.event("insight", individual, elite=elite, segment=segment, text=text)
