"""What can be done with an individual, and why not. Pure; the engine asks it, and so does the screen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ge_tui.run.store.acts import NOBODY, ActKind, Standing
from ge_tui.run.store.records import SEED, Arm, Status

_DONE = {Status.FAILED: "it failed", Status.REJECTED: "nothing usable came of it"}


@dataclass(frozen=True, slots=True)
class Subject:
    """An individual, as far as acting on it goes."""

    number: int
    status: Status
    duplicate_of: int | None = None
    arm: Arm = Arm.EVOLUTION
    measured: bool = False
    """At the rung of the run."""
    trains_again: bool = False
    """It is measured, and in training once more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The run around it."""

    standing: Standing = NOBODY
    asks: bool = False
    """Whether a language model is asked."""
    possible: Collection[int] = ()
    """Those measured who may be parents."""
    generation_0: bool = False
    """The first generation is not closed yet: its children are made from the seed."""


def why_not(kind: ActKind, one: Subject, scene: Scene) -> str:
    """Why something cannot be done with an individual; empty: it can."""
    if kind is ActKind.EDIT:
        return _why_no_edit(one, scene)
    if one.duplicate_of is not None and kind is not ActKind.KILL:
        return f"it equals #{one.duplicate_of}, which stands for it"
    if kind in (ActKind.PIN, ActKind.UNPIN, ActKind.VETO, ActKind.UNVETO):
        return _why_no_mark(kind, one, scene)
    if kind is ActKind.KILL:
        return _why_no_kill(one)
    if kind is ActKind.AGAIN:
        return "" if one.status is Status.EVALUATED else _unmeasured(one)
    return _why_no_parent(kind, one, scene)


def why_no_cross(one: Subject, other: Subject | None, scene: Scene) -> str:
    """Why two cannot be crossed; empty: they can."""
    if other is None:
        return "mark the other parent first"
    if one.number == other.number:
        return "it is the marked one itself: select another"
    return why_not(ActKind.CROSS, one, scene) or _of(other, why_not(ActKind.CROSS, other, scene))


def _of(one: Subject, reason: str) -> str:
    return f"#{one.number}: {reason}" if reason else ""


def _why_no_mark(kind: ActKind, one: Subject, scene: Scene) -> str:
    standing = scene.standing
    already = {
        ActKind.PIN: (one.number in standing.pinned, "it is pinned already"),
        ActKind.UNPIN: (one.number not in standing.pinned, "it is not pinned"),
        ActKind.VETO: (one.number in standing.vetoed, "it is vetoed already"),
        ActKind.UNVETO: (one.number not in standing.vetoed, "it is not vetoed"),
    }
    is_so, reason = already[kind]
    if is_so:
        return reason
    if kind in (ActKind.UNPIN, ActKind.UNVETO):
        return ""
    if one.arm is Arm.BASELINE:
        return "it belongs to the baseline, of which evolution knows nothing"
    if one.status in _DONE:
        return _DONE[one.status]
    if kind is ActKind.VETO and one.number == SEED and scene.generation_0:
        return "the first generation is made from the seed; veto it once that is closed"
    if kind is ActKind.VETO and set(scene.possible) <= {one.number}:
        return "it is the last that may be a parent"
    return ""


def _why_no_kill(one: Subject) -> str:
    if one.number == SEED and not one.trains_again:
        return "a run measures its seed first" if one.status is not Status.EVALUATED else "it is not in training"
    if one.status in (Status.EVALUATING, Status.WAITING) or one.trains_again:
        return ""
    return "it is still being written" if one.status is Status.PROPOSING else "it is not in training"


def _why_no_parent(kind: ActKind, one: Subject, scene: Scene) -> str:
    if one.arm is Arm.BASELINE:
        return "it belongs to the baseline, of which evolution knows nothing"
    if one.number in scene.standing.vetoed:
        return "it is vetoed"
    if not one.measured:
        return _unmeasured(one)
    return "this run asks no language model" if kind is ActKind.AIM and not scene.asks else ""


def _why_no_edit(one: Subject, scene: Scene) -> str:
    if one.arm is Arm.BASELINE:
        return "it belongs to the baseline, of which evolution knows nothing"
    if one.number in scene.standing.vetoed:
        return "it is vetoed"
    return "it is still being written" if one.status is Status.PROPOSING else ""


def _unmeasured(one: Subject) -> str:
    if one.status is Status.EVALUATED:
        return "it was measured at a lower rung only"
    return _DONE.get(one.status, "it is not measured yet")
