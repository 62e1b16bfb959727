"""What stands below the list on the selected line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ge_tui.settings.keys import all_keys, may_change_on_resume
from ge_tui.tui.controls.catalogue import Kind, control_of, section_of
from ge_tui.tui.controls.lines import SETTINGS, Line, Look, number
from ge_tui.tui.controls.wanted import Stage, Wanted


def head(line: Line, wanted: Wanted) -> str:
    """The control by its own name, what it is and what becomes of its change."""
    if line.look is Look.HEADING:
        return line.label + (f": {line.note}" if line.note else "")
    if line.look is Look.FIXED:
        return f"{line.label} = {line.value}"
    name, now = line.id, wanted.in_force(line.id) if line.look is not Look.BAR else line.value
    control = control_of(name)
    shown = number(control, now) if control is not None else str(now)
    told = f"{name} = {shown or '—'}"
    if line.news.stage in (Stage.DRAFT, Stage.SENT) and control is not None:
        told += f" → {number(control, wanted.value(name))}"
    words = "refused" if line.news.stage is Stage.REFUSED else line.news.words.removeprefix("→ ")
    return f"{told}  {words}" if words else told


def about(line: Line, wanted: Wanted, settings: Mapping[str, Any], run: str) -> str:
    """What it does, within which limits, and what it was."""
    if line.look is Look.FIXED:
        return _about_setting(line.id.removeprefix(f"{SETTINGS}."), run) if line.label in settings else ""
    if line.look is Look.HEADING:
        return _about_section(line)
    control = control_of(line.id)
    if control is None:
        return ""
    parts = [*([line.news.words] if line.news.stage is Stage.REFUSED else []), control.description]
    if control.kind in (Kind.SLIDER, Kind.STEPPER):
        parts.append(f"{control.low:g} to {control.high:g}")
    if control.kind is not Kind.SHARES:
        launched = number(control, wanted.launched_with(line.id)) or "—"
        parts.append(f"the run began with {launched}")
    if line.earned is not None:
        credit = line.earned
        parts.append(
            f"tried {credit.tried}, valid {credit.valid}, improved {credit.improved}; "
            f"improves {credit.low:.0%} to {credit.high:.0%} of the time (80 % sure)"
        )
    return " · ".join(parts)


def _about_section(line: Line) -> str:
    section = section_of(line.id.removeprefix("§"))
    if section is not None and section.mix is not None:
        return f"{section.mix.description} · shares in percent, always 100 together; backspace resets all"
    return "Enter folds and unfolds"


def _about_setting(name: str, run: str) -> str:
    description = next((key.field.description for key in all_keys() if key.full == name), None) or ""
    if not may_change_on_resume(name):
        return f"{description} · fixed for this run"
    return f"{description} · needs a resume: ge-tui run --resume {run} --set {name}=…"
