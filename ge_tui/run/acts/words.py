"""Acts in words: what was done, what comes of it, what an individual shows of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ge_tui.printable import one_line
from ge_tui.run.store.acts import ActKind, ActRow, ActState

_DONE = {
    ActKind.PIN: "pinned",
    ActKind.UNPIN: "no longer pinned",
    ActKind.VETO: "vetoed",
    ActKind.UNVETO: "no longer vetoed",
    ActKind.KILL: "its training ended",
    ActKind.AGAIN: "evaluated again",
    ActKind.BREED: "bred from",
    ActKind.CROSS: "crossed",
    ActKind.AIM: "aimed at",
    ActKind.EDIT: "edited by hand",
}
_COMES = {
    ActKind.PIN: "#{n} is pinned from now on: every selection keeps it",
    ActKind.UNPIN: "#{n} is no longer pinned: it is selected as the others are",
    ActKind.VETO: "#{n} is vetoed from now on: it is no parent any more; children under way finish",
    ActKind.UNVETO: "#{n} may be a parent again",
    ActKind.KILL: "the training of #{n} is being ended",
    ActKind.AGAIN: "#{n} is trained again as soon as a training slot is free",
    ActKind.BREED: "the next proposal is made from #{n}",
    ActKind.CROSS: "the next proposal crosses #{n} and #{other}",
    ActKind.AIM: "the next proposal changes #{n} as you said",
    ActKind.EDIT: "your text enters as a child of #{n}",
}
_LATER = {
    ActKind.PIN: "#{n} is pinned: every selection keeps it once the run goes on",
    ActKind.VETO: "#{n} is vetoed: it is no parent any more once the run goes on",
    ActKind.KILL: "#{n} will not be trained when the run goes on",
    ActKind.AGAIN: "#{n} is trained again when the run goes on",
    ActKind.EDIT: "your text is kept, and enters as a child of #{n} when the run goes on",
}


def what_was_done(row: ActRow) -> str:
    """`#12 crossed with #7`, with what was said besides."""
    return said(row.kind, row.individual, row.other, row.arguments)


def said(kind: str, number: int | None, other: int | None, arguments: Mapping[str, Any]) -> str:
    """The same, of the parts of an act."""
    known = kind in list(ActKind)
    words = f"#{number} {_DONE[ActKind(kind)] if known else one_line(kind)}"
    if other is not None:
        words += f" with #{other}"
    told = [f"{name} {one_line(str(value))}" for name, value in arguments.items() if value not in (None, "")]
    return words + (f" ({', '.join(told)})" if told else "")


def what_comes(row: ActRow, *, works: bool, finished: bool = False, paused: bool = False) -> str:
    """What the user is told of an act that is on record: now, or when the run goes on."""
    if row.state is ActState.REFUSED:
        return f"#{row.individual}: {row.outcome}"
    if row.child is not None:
        return f"child #{row.child} is being made"
    if works and not paused:
        return _filled(_COMES, row)
    words = _filled(_LATER if row.kind in _LATER else _COMES, row)
    if paused:
        return f"the run is paused: {words.replace('once the run goes on', 'when it goes on')}"
    if row.kind in _LATER or row.state is ActState.DONE:
        return words
    return f"{words}, when the run goes on" + (" with more generations" if finished else "")


def act_as_json(row: ActRow) -> dict[str, Any]:
    """An act as the command line gives it."""
    return {
        "act": row.seq, "at": row.at, "actor": row.actor, "kind": row.kind.value, "individual": row.individual,
        "other": row.other, "arguments": row.arguments, "state": row.state.value, "outcome": row.outcome,
        "child": row.child,
    }  # fmt: skip


def _filled(words: Mapping[ActKind, str], row: ActRow) -> str:
    return words[row.kind].format(n=row.individual, other=row.other)
