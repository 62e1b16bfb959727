"""Which acts can be done with an individual as the screen knows it, and why not. Pure."""

from __future__ import annotations

from ge_tui.run.acts.rules import Scene, Subject, why_no_cross, why_not
from ge_tui.run.store import Status
from ge_tui.run.store.acts import ActKind
from ge_tui.tui.watch import Individual, RunModel

_KINDS = {
    "kill": ActKind.KILL, "again": ActKind.AGAIN, "full": ActKind.AGAIN, "breed": ActKind.BREED,
    "cross": ActKind.CROSS, "aim": ActKind.AIM, "edit": ActKind.EDIT,
}  # fmt: skip


def kind_of(name: str, one: Individual) -> ActKind | None:
    """The act that a name of the menu means for an individual: pin and veto are taken back by the same key."""
    if name == "pin":
        return ActKind.UNPIN if one.pinned else ActKind.PIN
    if name == "veto":
        return ActKind.UNVETO if one.vetoed else ActKind.VETO
    return _KINDS.get(name)


def why_not_now(name: str, model: RunModel, number: int | None, marked: int | None) -> str:
    """Why something of the menu cannot be done; empty: it can."""
    one = model.individuals.get(number) if number is not None else None
    if one is None:
        return "no individual is selected"
    kind = kind_of(name, one)
    if kind is None:
        return ""
    scene = _scene(model, kind)
    if kind is ActKind.CROSS:
        other = model.individuals.get(marked) if marked is not None else None
        return why_no_cross(_subject(one), None if other is None else _subject(other), scene)
    if name == "full" and model.run is not None and model.run.settings["evaluation"]["rung"] == "full":
        return "this run trains everyone by the full recipe: evaluate it again"
    return why_not(kind, _subject(one), scene)


def _subject(one: Individual) -> Subject:
    evaluated = one.status is Status.EVALUATED
    return Subject(
        one.number,
        one.status,
        one.duplicate_of,
        measured=evaluated and bool(one.metrics),
        trains_again=evaluated and one.progress is not None,
    )


def _scene(model: RunModel, kind: ActKind) -> Scene:
    possible = set()
    if kind is ActKind.VETO:
        possible = {n for n, one in model.individuals.items() if one.metrics and n not in model.standing.vetoed}
    asks = model.run is not None and model.run.settings.get("llm") != "offline"
    closed = any(row.closed_at is not None for row in model.generations)
    return Scene(model.standing, asks, possible, not closed)
