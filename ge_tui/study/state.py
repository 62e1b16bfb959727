"""How far the runs of a study are. Nothing is remembered elsewhere: the runs themselves tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.overview import overview
from ge_tui.run.store import RunReader
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings.keys import leaves, may_change_on_resume
from ge_tui.study.file import Study, StudyRun


class Stage(StrEnum):
    """How far a run is, as a study asks."""

    MISSING = "not begun"
    UNFINISHED = "unfinished"
    """It was begun, and nobody works on it."""
    OPEN = "under way"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunState:
    """A run of a study as it is."""

    run: StudyRun
    directory: RunDirectory
    stage: Stage
    reason: str = ""
    generation: int = 0
    evaluated: int = 0
    hypervolume: float | None = None
    best: Mapping[str, float] | None = None


def states_of(study: Study, runs: Path) -> list[RunState]:
    """Every run of a study, in its order."""
    return [state_of(run, runs) for run in study.runs]


def state_of(run: StudyRun, runs: Path) -> RunState:
    """One run. Raises UsageError where it is there and cannot be read."""
    directory = RunDirectory(runs / run.name)
    if not directory.database.is_file():
        return RunState(run, directory, Stage.MISSING)
    seen = overview(directory)
    if seen.problem:
        raise UsageError(f"run {run.name} cannot be read: {seen.problem}; delete {directory.path} to have it run anew")
    stage = Stage.FINISHED if seen.status == "finished" else Stage.UNFINISHED
    if directory.is_open():
        stage = Stage.OPEN
    volume = seen.hypervolumes[-1] if seen.hypervolumes else None
    return RunState(run, directory, stage, seen.reason, seen.generation, seen.evaluated, volume, seen.best)


def changes_since(directory: RunDirectory, wanted: Mapping[str, Any]) -> list[str]:
    """What of the wanted settings a run that was begun does not have, as assignments for going on with it.

    Raises UsageError where something differs that cannot change in the middle of a run.
    """
    with RunReader(directory.database) as reader:
        begun = _flat(settings_of(reader.run()).model_dump(mode="json"))
    changes = []
    for key, value in _flat(wanted).items():
        if begun.get(key) == value:
            continue
        if not may_change_on_resume(key):
            raise UsageError(
                f"run {directory.name} was begun with {key} {begun.get(key)!r}, the study says {value!r}; give the "
                f"study another name, or delete {directory.path} to have it run anew"
            )
        changes.append(f"{key}={_written(value)}")
    return changes


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in leaves(settings)}


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
