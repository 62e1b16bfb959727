"""What the user did with individuals: on record before anything comes of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ge_tui.run.store.blobs import put_text
from ge_tui.run.store.values import to_json, to_text
from ge_tui.run.store.writer import Store


class ActKind(StrEnum):
    """What can be done with an individual."""

    PIN = "pin"
    """It is kept at every selection."""
    UNPIN = "unpin"
    VETO = "veto"
    """It is chosen as a parent no more."""
    UNVETO = "unveto"
    KILL = "kill"
    """Its training ends now."""
    AGAIN = "again"
    """It is trained once more: with another seed, or at another rung."""
    BREED = "breed"
    """The next proposal is made from it."""
    CROSS = "cross"
    """The next proposal is made from it and another one."""
    AIM = "aim"
    """The next proposal changes one part of it, as the user says."""
    EDIT = "edit"
    """What the user made of its text becomes an individual."""


class ActState(StrEnum):
    """How far an act is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


MAKES_CHILD = frozenset({ActKind.BREED, ActKind.CROSS, ActKind.AIM, ActKind.EDIT})
"""The acts that an individual comes of."""
_AT_ONCE = frozenset({ActKind.PIN, ActKind.UNPIN, ActKind.VETO, ActKind.UNVETO})
"""The acts that are done as soon as they are on record."""
_COLUMNS = (
    "seq, at, actor, kind, individual, other, arguments, source_blob, control_seq, state, outcome, child, request"
)


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act as asked for."""

    kind: ActKind
    individual: int
    other: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act on record."""

    seq: int
    at: float
    actor: str
    kind: ActKind
    individual: int
    other: int | None
    arguments: dict[str, Any]
    source_blob: int | None
    control_seq: int
    state: ActState
    outcome: str
    """What came of it, or why it was refused."""
    child: int | None
    request: str | None

    @property
    def parents(self) -> tuple[int, ...]:
        """Of the child that comes of it."""
        return (self.individual,) if self.other is None else (self.individual, self.other)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom the user pinned and vetoed, as things are."""

    pinned: frozenset[int] = frozenset()
    vetoed: frozenset[int] = frozenset()


NOBODY = Standing()


def acts(connection: sqlite3.Connection, state: ActState | None = None) -> list[ActRow]:
    """The acts of a run, the oldest first."""
    where, parameters = ("1", ()) if state is None else ("state = ?", (state.value,))
    rows = connection.execute(f"SELECT {_COLUMNS} FROM act WHERE {where} ORDER BY seq", parameters)
    return [_row(row) for row in rows]


def act(connection: sqlite3.Connection, seq: int) -> ActRow:
    """One act. Raises LookupError."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM act WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise LookupError(f"no act {seq}")
    return _row(row)


def act_of_request(connection: sqlite3.Connection, request: str) -> ActRow | None:
    """The act that a request asked for, once it is on record."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM act WHERE request = ?", (request,)).fetchone()
    return None if row is None else _row(row)


def standing(connection: sqlite3.Connection) -> Standing:
    """Whom the user pinned and vetoed: the last word on each counts."""
    rows = connection.execute(
        "SELECT individual, kind FROM act WHERE state = 'done' AND kind IN ('pin', 'unpin', 'veto', 'unveto') "
        "ORDER BY seq"
    )
    return standing_after((number, ActKind(kind)) for number, kind in rows)


def standing_after(done: Iterable[tuple[int, ActKind]]) -> Standing:
    """Whom the user pinned and vetoed, from pairs of an individual and what was done with it, in order."""
    pinned: set[int] = set()
    vetoed: set[int] = set()
    for number, kind in done:
        if kind in (ActKind.PIN, ActKind.UNPIN):
            (pinned.add if kind is ActKind.PIN else pinned.discard)(number)
        elif kind in (ActKind.VETO, ActKind.UNVETO):
            (vetoed.add if kind is ActKind.VETO else vetoed.discard)(number)
    return Standing(frozenset(pinned), frozenset(vetoed))


def put_act(store: Store, new: NewAct, control_seq: int, request: str | None, refusal: str = "") -> ActRow:
    """Put an act on record; with a refusal it has come to its end by that."""
    done = new.kind in _AT_ONCE
    state = ActState.REFUSED if refusal else ActState.DONE if done else ActState.WAITING
    with store.step() as connection:
        blob = None if new.source is None else put_text(connection, new.source)
        cursor = connection.execute(
            "INSERT INTO act (at, actor, kind, individual, other, arguments, source_blob, control_seq, state, "
            "settled_at, outcome, request) VALUES (?, 'user', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                store.now(), new.kind, new.individual, new.other, to_json(dict(new.arguments)), blob, control_seq,
                state, None if state is ActState.WAITING else store.now(), to_text(refusal), request,
            ),
        )  # fmt: skip
        seq = int(cursor.lastrowid or 0)
        store.event(
            "act_refused" if refusal else "act", new.individual, seq=seq, act=new.kind, actor="user", other=new.other,
            arguments=dict(new.arguments), request=request, **({"reason": refusal} if refusal else {}),
        )  # fmt: skip
    return act(store.connection, seq)


def settle_act(store: Store, seq: int, outcome: str = "", *, child: int | None = None, refused: bool = False) -> None:
    """An act has come to its end: what came of it."""
    with store.step():
        settle_within(store, seq, outcome, child=child, refused=refused)


def settle_within(
    store: Store, seq: int, outcome: str = "", *, child: int | None = None, refused: bool = False
) -> None:
    """The same, inside the step that does what was asked."""
    row = act(store.connection, seq)
    state = ActState.REFUSED if refused else ActState.DONE
    store.connection.execute(
        "UPDATE act SET state = ?, settled_at = ?, outcome = ?, child = ? WHERE seq = ?",
        (state, store.now(), to_text(outcome), child, seq),
    )
    store.event(
        "act_refused" if refused else "act_done", row.individual, seq=seq, act=row.kind, child=child,
        other=row.other, reason=outcome,
    )  # fmt: skip


def _row(row: tuple[Any, ...]) -> ActRow:
    seq, at, actor, kind, individual, other, arguments, blob, control_seq, state, outcome, child, request = row
    return ActRow(
        seq, at, actor, ActKind(kind), individual, other, json.loads(arguments), blob, control_seq, ActState(state),
        outcome, child, request,
    )  # fmt: skip
