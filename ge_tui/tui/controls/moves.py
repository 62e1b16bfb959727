"""What a key or the mouse does to the value of a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ge_tui.tui.controls import mix
from ge_tui.tui.controls.catalogue import Control, Kind, Section, control_of
from ge_tui.tui.controls.changes import Changes
from ge_tui.tui.controls.lines import Line, Look

ValueOf = Callable[[str], Any]


def nudge(changes: Changes, line: Line, direction: int, *, coarse: bool) -> None:
    """Draft a value one step up or down. Raises mix.MixError."""
    control = control_of(line.id)
    if control is None:
        return
    if line.look is Look.SWITCH:
        choose(changes, line, min(len(line.choices) - 1, max(0, line.chosen + direction)))
    elif line.look is Look.SHARE:
        percent = int(line.value.split()[0]) + direction * (10 if coarse else 1)
        changes.draft_share(line.id, percent / 100)
    elif line.look in (Look.SLIDER, Look.STEPPER):
        step = control.coarse if coarse else control.fine
        put(changes, control, changes.wanted.value(control.key) + direction * step)


def slide(changes: Changes, line: Line, level: float) -> None:
    """Draft the value that stands at a place of a slider. Raises mix.MixError."""
    control = control_of(line.id)
    if line.look is Look.SHARE:
        changes.draft_share(line.id, round(level, 2))
    elif control is not None and line.look is Look.SLIDER:
        put(changes, control, control.low + level * (control.high - control.low))


def choose(changes: Changes, line: Line, choice: int) -> None:
    """Draft a choice of a switch."""
    control = control_of(line.id)
    if control is not None and choice != line.chosen:
        changes.draft(control.key, control.choices[choice])


def put(changes: Changes, control: Control, value: float) -> None:
    """Draft a number, within its range and on the grid of its steps."""
    value = min(control.high, max(control.low, round(value / control.fine) * control.fine))
    changes.draft(control.key, int(value) if control.kind is Kind.STEPPER else round(value, 6))


def reset(changes: Changes, line: Line, section: Section, value_of: ValueOf) -> None:
    """Draft other values for a line, or for all of a section on its heading. Raises mix.MixError."""
    changes.forget()
    if line.look is Look.SHARE:
        table = line.id.partition(".")[0]
        then = {name: float(value_of(f"{table}.{name}")) for name in changes.wanted.names(table)}
        changes.draft_share(line.id, mix.shares(then)[line.label])
        return
    for key in changes.keys_of(section) if line.look is Look.HEADING else [line.id]:
        if changes.wanted.value(key) != value_of(key):
            changes.draft(key, value_of(key))
