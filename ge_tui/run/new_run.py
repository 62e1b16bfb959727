"""A new run from settings: everything they name is found, then it is put on disk, not yet begun."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ge_tui import __version__
from ge_tui.errors import UsageError
from ge_tui.evaluation.data import DataSet, OnBytes, available, prepare
from ge_tui.evaluation.task import ObjectiveSpec, Task, find_task
from ge_tui.genome import cut
from ge_tui.run.controls import check_aim, check_controls, check_models, flatten
from ge_tui.run.directory import RunDirectory, create_numbered_directory, create_run_directory
from ge_tui.run.language_models import models_named
from ge_tui.run.objectives import specs_of, without_references
from ge_tui.run.opening import opened
from ge_tui.run.proposers import check_llm
from ge_tui.run.store import RunRow, is_disk_error
from ge_tui.settings import Controls, Settings


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run as asked for, everything it names found."""

    settings: Settings
    task: Task
    data: DataSet
    objectives: tuple[ObjectiveSpec, ...]


def prepare_run(settings: Settings, runs: Path, on_progress: OnBytes | None = None) -> NewRun:
    """Find and check everything the settings name, before anything is made. Raises UserError."""
    task = find_task(settings.task)
    check_llm(settings.llm, runs)
    models = models_named(settings.llm)
    settings = settings.model_copy(update={"controls": _weighed(settings.controls, models)})
    check_controls(settings.controls)
    check_aim(settings.controls, cut(task.seed_source).names)
    if models:
        check_models(settings.controls, tuple(models), settings.controls.model)
    objectives = specs_of(task, settings.search.objectives)
    name = available(task.file.data.preferred) if settings.data == "auto" else settings.data
    chosen = settings.evaluation
    task.ladder(name, chosen.recipe, chosen.first_rung, chosen.rung)
    data = prepare(name, on_progress=on_progress)
    return NewRun(settings.model_copy(update={"data": data.name}), task, data, objectives)


def create_run(new: NewRun, base: Path, name: str = "") -> RunDirectory:
    """A new run on disk, not yet begun. Raises UsageError where the name is taken or the place will not do."""
    if name:
        directory = create_run_directory(base, name)
    else:
        directory = create_numbered_directory(base, f"{new.task.name}-{new.data.name}")
    try:
        with opened(directory) as store:
            store.create_run(_row(new, directory.name), flatten(new.settings.controls))
    except BaseException as error:
        shutil.rmtree(directory.path, ignore_errors=True)
        if is_disk_error(error):
            raise UsageError(f"no run can be made in {base}: {error}") from error
        raise
    return directory


def _weighed(controls: Controls, models: Mapping[str, float]) -> Controls:
    """The controls a run is launched with: each of several models has a weight, a control's own where it is given."""
    if len(models) < 2:
        return controls
    return controls.model_copy(update={"model": {**models, **controls.model}})


def _row(new: NewRun, name: str) -> RunRow:
    task: dict[str, Any] = {
        "name": new.task.name,
        "folder": str(new.task.folder),
        "file": new.task.file.model_dump(mode="json"),
        "seed_source": new.task.seed_source,
    }
    data = {
        "name": new.data.name,
        "digest": new.data.digest,
        "counts": new.data.counts,
        "classes": list(new.data.class_names),
        "channels": new.data.channels,
        "image_size": new.data.image_size,
    }
    return RunRow(
        name=name,
        created_at=time.time(),
        status="new",
        status_reason="",
        settings=new.settings.model_dump(mode="json"),
        task=task,
        data=data,
        objectives=without_references(new.objectives),
        environment={**environment(), "models": list(models_named(new.settings.llm))},
        seconds=0.0,
    )


def environment() -> dict[str, Any]:
    """The program and the machine, as far as a run is told of them."""
    return {
        "ge_tui": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
    }
