"""Runs of the same settings but the seed form a group. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ge_tui.report.compared.gather import ComparedRun
from ge_tui.settings.keys import leaves

_NOT_TELLING = (
    "seed.",
    "controls.slots.",
    "evaluation.threads.",
    "evaluation.device.",
    "evaluation.fresh.",
    "evaluation.memory_mb.",
    "evaluation.max_output_kb.",
    "evaluation.check_timeout_s.",
    "evaluation.train_timeout_s.",
    "evaluation.cache.",
    "evaluation.trust.",
    "evaluation.verify.",
    "evaluation.box.",
    "ollama.lanes.",
    "ollama.keep_alive.",
    "ollama.residency.",
)
"""Settings, and groups of them, that say how a machine is used, not what a run looks for."""
_MOST_KEYS = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Runs whose settings tell the same, called by what they tell."""

    name: str
    runs: tuple[ComparedRun, ...]


def group_runs(runs: Sequence[ComparedRun], names: Mapping[str, str] | None = None) -> tuple[Group, ...]:
    """The groups in the order of their first run, called by what tells them apart.

    `names`: the group of each run, where somebody knows better.
    """
    if names is not None:
        by_name: dict[str, list[ComparedRun]] = {}
        for run in runs:
            by_name.setdefault(names[run.name], []).append(run)
        return tuple(Group(name, tuple(own)) for name, own in by_name.items())
    by_settings: list[tuple[dict[str, Any], list[ComparedRun]]] = []
    for run in runs:
        told = _telling(run.settings)
        for known, own in by_settings:
            if known == told:
                own.append(run)
                break
        else:
            by_settings.append((told, [run]))
    called = _called([told for told, _ in by_settings])
    return tuple(Group(name, tuple(own)) for name, (_, own) in zip(called, by_settings, strict=True))


def _telling(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings by their full names, without those that tell nothing."""
    return {key: value for key, value in leaves(settings) if not f"{key}.".startswith(_NOT_TELLING)}


def _called(every: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each group: the settings that differ, as many as can be read."""
    if len(every) == 1:
        return ["all runs"]
    keys = dict.fromkeys(key for told in every for key in told)
    differing = [key for key in keys if len({repr(told.get(key)) for told in every}) > 1]
    names = []
    for place, told in enumerate(every):
        shown = [f"{key.rpartition('.')[2]}={told.get(key, '-')}" for key in differing[:_MOST_KEYS]]
        name = ", ".join(shown) + (", ..." if len(differing) > _MOST_KEYS else "")
        names.append(name if name not in names else f"{name} ({place + 1})")
    return names
