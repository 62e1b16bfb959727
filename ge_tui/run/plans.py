"""A run's plan from its row: the task as it was when the run was created, the trainings of its rungs."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import DataSet, is_on_disk, prepare
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.task import Task, TaskFile
from ge_tui.run.engine import RunPlan
from ge_tui.run.engine.evaluating import EvaluationPlan
from ge_tui.run.objectives import extra_metrics, specs_of
from ge_tui.run.store import RunRow, StoreError
from ge_tui.settings import Settings


def task_of(run: RunRow) -> Task:
    """The task as it was when the run was created, whatever became of its folder."""
    file = TaskFile.model_validate(run.task["file"])
    return Task(run.task["name"], Path(run.task["folder"]), file, run.task["seed_source"])


def settings_of(run: RunRow) -> Settings:
    """The settings a run works by now. Raises StoreError where they cannot be what was written."""
    try:
        return Settings.model_validate(run.settings)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise StoreError(
            f"the settings of run {run.name} cannot be read ({where}): damaged, or of another version"
        ) from None


def data_of(run: RunRow) -> DataSet:
    """The data set that a run was begun with, never downloaded here.

    Raises NotReadyError where it is not there, or another.
    """
    name = run.data["name"]
    try:
        if not (name.startswith("folder:") or is_on_disk(name)):
            raise NotReadyError(f"the data of run {run.name} are not here; get them with: ge-tui data {name}")
        data = prepare(name)
    except UsageError as error:
        raise NotReadyError(f"the data of run {run.name} are not there any more: {error}") from None
    if data.digest != run.data["digest"]:
        raise NotReadyError(
            f"the data set {name} is not the one run {run.name} began with, so its results would not compare; "
            "put the data back as they were, or begin a new run"
        )
    return data


def ladder_of(task: Task, data: str, settings: Settings) -> tuple[TrainingPlan, ...]:
    """The trainings of a run's rungs, the lowest first. Raises UsageError."""
    chosen = settings.evaluation
    return task.ladder(data, chosen.recipe, chosen.first_rung, chosen.rung)


def plan_of(run: RunRow, settings: Settings, data: DataSet) -> RunPlan:
    """Raises UsageError where the settings do not fit the task."""
    task = task_of(run)
    objectives = specs_of(task, settings.search.objectives)
    *below, training = ladder_of(task, data.name, settings)
    wants = extra_metrics(objectives)
    evaluation = EvaluationPlan(task, data, training, settings.evaluation, settings.seed, wants, tuple(below))
    return RunPlan(settings, evaluation, objectives)
