"""What the user did with individuals: it comes in where it came, and what comes of it is derived."""

from __future__ import annotations

from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.acts.taking import refusal
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.acting import CALLED_OFF
from ge_tui.run.engine.deciding import Decided
from ge_tui.run.engine.proposing import HUMAN
from ge_tui.run.engine.selection import OWN_SLOTS
from ge_tui.run.replay import compare
from ge_tui.run.replay.record import Record
from ge_tui.run.replay.session import Session
from ge_tui.run.store import EventRow, Store
from ge_tui.run.store.acts import MAKES_CHILD, ActKind, ActState, NewAct, act, put_act, settle_act


def is_asked(event: EventRow) -> bool:
    """Whether an event tells that an act came on record, and not how it ended."""
    return "actor" in event.payload


def take(record: Record, store: Store, board: ControlBoard, event: EventRow) -> None:
    """An act comes on record as it is there; whether it is refused follows from how things are. Raises DiffersError."""
    seq, moment = event.payload["seq"], event.seq
    row = record.act(seq)
    compare.same(f"act {seq}", "on record", True, row is not None, moment)
    assert row is not None
    source = None if row.source_blob is None else record.run.text(row.source_blob)
    asked = NewAct(row.kind, row.individual, row.other, row.arguments, source)
    reason = refusal(store, asked, board.current)
    compare.same(f"act {seq}", "refused", event.payload.get("reason", ""), reason, moment)
    taken = put_act(store, asked, board.seq, row.request, reason)
    compare.same("run", "next act", seq, taken.seq, moment)
    if taken.state is not ActState.WAITING:
        compare.act(record.run, store, seq, moment)
    told = {name: event.payload[name] for name in ("act", "other", "arguments")}
    compare.same(f"act {seq}", "act", told, {"act": row.kind, "other": row.other, "arguments": row.arguments}, moment)
    compare.same(f"act {seq}", "individual", event.individual, row.individual, moment)


async def settle(record: Record, store: Store, session: Session, event: EventRow) -> None:
    """An act came to its end: it was done, or cannot be any more. Raises DiffersError."""
    row = act(store.connection, event.payload["seq"])
    if row.state is not ActState.WAITING:  # a training that was repeated is settled as it ends
        pass
    elif event.kind == "act_refused":
        reason = session.parts.acting.why_not(row)
        compare.same(f"act {row.seq}", "refused", event.payload["reason"], reason, event.seq)
        settle_act(store, row.seq, reason, refused=True)
    elif row.kind is ActKind.KILL:
        await session.kill(row)
    elif row.kind in MAKES_CHILD:
        made = store.individuals("slot = ?", (OWN_SLOTS + row.seq,))
        settle_act(store, row.seq, child=made[0].number if made else None)
    compare.act(record.run, store, row.seq, event.seq)


def decide(session: Session, number: int, slot: int, operator: str, moment: int) -> Decided:
    """What a slot is to be filled with that the user asked for. Raises DiffersError."""
    acting = session.parts.acting
    decided = acting.next_edit() if operator == HUMAN else acting.next_child()
    asked = decided.plan.act if decided else None
    compare.same(f"individual {number}", "asked for by act", slot - OWN_SLOTS, asked, moment)
    assert decided is not None
    return decided


def call_off(store: Store, session: Session, number: int, moment: int) -> None:
    """The user ended what had not begun; that the act is done is told next. Raises DiffersError."""
    kills = [row for row in session.parts.acting.waiting() if (row.kind, row.individual) == (ActKind.KILL, number)]
    able = bool(kills) and not session.parts.acting.why_not(kills[0])
    compare.same(f"individual {number}", "may be called off", True, able, moment)
    store.fail(number, Outcome.KILLED, CALLED_OFF)
