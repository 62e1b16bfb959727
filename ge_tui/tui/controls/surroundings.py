"""What a run's settings and state mean for its controls. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ge_tui.settings.keys import all_keys
from ge_tui.tui.controls.catalogue import sections
from ge_tui.tui.watch import RunModel

_ASKED = frozenset({"persona", "category", "model", "llm_operator"})
"""Choices that only a language model is asked by."""


def why_not(model: RunModel) -> str:
    """Why nothing can be changed; empty: it can."""
    if model.run is None or model.trouble:
        return model.trouble or "there is no run yet"
    if model.status == "finished":
        return "the run is finished; {run.engine} lets it go on"
    return ""


def unused(model: RunModel) -> dict[str, str]:
    """Sections that do nothing in this run, and why."""
    if model.run is None:
        return {}
    if model.run.settings.get("llm", "offline") == "offline":
        return {section.name: "no language model is asked" for section in sections() if section.name in _ASKED}
    if model.controls.get("baseline_share"):  # half of the baseline is made by them
        return {}
    return {"operator": "children come from a language model"}


def flat_settings(model: RunModel) -> dict[str, Any]:
    """The run's settings by their full names, without the controls."""
    if model.run is None:
        return {}
    found: dict[str, Any] = {}
    for key in all_keys():
        value: Any = model.run.settings
        for word in key.path:
            value = value.get(word) if isinstance(value, Mapping) else None
        if not key.is_control and value is not None:
            found[key.full] = value
    return found
