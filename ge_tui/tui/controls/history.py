"""The last changes of controls: who changed what, when and in which generation. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ge_tui.run.store import ControlRow, GenerationRow
from ge_tui.tui.controls.catalogue import control_of
from ge_tui.tui.controls.lines import number
from ge_tui.tui.controls.text import fit

KEPT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One change as it is shown."""

    at: float
    generation: int | None
    actor: str
    key: str
    change: str


def entries(rows: Sequence[ControlRow], generations: Sequence[GenerationRow]) -> list[Entry]:
    """The newest changes first; what the run was launched with is no change."""
    found: list[Entry] = []
    seen: set[int] = set()
    for row in reversed(rows):
        if len(found) == KEPT:
            break
        if row.actor != "launch" and row.seq not in seen:
            seen.add(row.seq)
            change = f"{_shown(row.key, row.old)} → {_shown(row.key, row.new)}"
            found.append(Entry(row.at, _generation(row.at, generations), row.actor, row.key, change))
    return found


def columns_of(entry: Entry, width: int) -> str:
    """A change in one line; time and generation go first where there is no room."""
    what = f"{entry.key}  {entry.change}"
    generation = "" if entry.generation is None else f"gen {entry.generation}"
    clock = time.strftime("%H:%M:%S", time.localtime(entry.at))
    if width < 40:
        return f"{entry.actor}  {what}"
    front = f"{clock}  {fit(generation, 8)}" if width >= 56 else clock
    return f"{front}  {fit(entry.actor, 6)}  {what}"


def _generation(at: float, generations: Sequence[GenerationRow]) -> int | None:
    return max((row.number for row in generations if row.opened_at <= at), default=None)


def _shown(key: str, value: Any) -> str:
    control = control_of(key)
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.4g}"
    return number(control, value) if control is not None else str(value)
