"""A typed value, checked against the schema while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.run.controls import check_controls
from ge_tui.settings import Controls, Settings, parse_assignment
from ge_tui.settings.load import with_values


def controls_with(flat: Mapping[str, Any]) -> Controls:
    """Controls from their keys. Raises UsageError, as for a control that this version does not know."""
    values = [(("controls", *key.split(".", maxsplit=1)), value) for key, value in flat.items()]
    return with_values(Settings(), values, "the run's controls", on_record=True).controls


def bare(reason: str, key: str) -> str:
    """Without the control's name in front, where that stands beside it."""
    return reason.removeprefix(f"control {key}: ").removeprefix(f"controls.{key} ")


def check_value(flat: Mapping[str, Any], key: str, value: Any) -> None:
    """Raises UsageError where the engine would refuse it."""
    path = ("controls", *key.split(".", maxsplit=1))
    try:
        changed = with_values(Settings(controls=controls_with(flat)), [(path, value)], f"control {key}")
    except UsageError as error:
        raise UsageError(bare(str(error), key)) from None
    check_controls(changed.controls)


def parse_value(flat: Mapping[str, Any], key: str, text: str) -> Any:
    """The value that a text stands for. Raises UsageError saying what it should be."""
    if not text.strip():
        raise UsageError("type a value")
    _, value = parse_assignment(f"{key}={text.strip()}", controls_only=True)
    check_value(flat, key, value)
    return value


def parse_percent(text: str, limit: float) -> float:
    """A share, typed as percents, as a part of 1. Raises UsageError."""
    try:
        share = float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        raise UsageError("type a share in percent, such as 40") from None
    if not 0 <= share <= round(limit * 100, 6):
        raise UsageError(f"a share from 0 to {limit * 100:.0f} %, so that the others keep theirs; o: only this one")
    return share / 100
