"""When a change comes into force. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ge_tui.tui.controls.catalogue import Kind, Section, control_of, section_of

NEXT_CALL, NEXT_SLOT, NEXT_GENERATION = "from the next call", "from the next child", "from the next generation"
_OWN = {
    "population": NEXT_GENERATION,
    "repairs": "from the next child that fails",
    "slots": "at once; what runs is finished",
}


def when(key: str, value: Any, wanted: Callable[[str], Any]) -> str:
    """In words; `wanted` says what the other controls are."""
    section, control = section_of(key), control_of(key)
    if key in ("pause", "steps", "stop"):
        return _hold(key, value, wanted)
    if key in _OWN:
        return _OWN[key]
    if section is None or control is None:
        return NEXT_SLOT
    if section.mode is not None and key == section.mode.key:
        return NEXT_CALL if value == "manual" else NEXT_GENERATION
    if control.kind is Kind.MIX:
        return _weight(section, wanted)
    return NEXT_CALL if section.mix is not None or section.name == "temperature" else NEXT_SLOT


def _hold(key: str, value: Any, wanted: Callable[[str], Any]) -> str:
    if key == "stop" and value == "generation":
        return "after this generation"
    if key == "steps" and value and not wanted("pause"):
        return "once the run is paused"
    return "at once"


def _weight(section: Section, wanted: Callable[[str], Any]) -> str:
    if section.locked and wanted(section.locked):
        return f"once it is not only {wanted(section.locked)}"
    if section.mode is not None and wanted(section.mode.key) != "manual":
        return NEXT_GENERATION
    return NEXT_CALL if section.mode is not None or section.name == "model" else NEXT_SLOT
