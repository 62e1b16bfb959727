"""What a run is made of that does not change while it runs: its task, its data, the trainings of its rungs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.evaluation.data import DataSet, is_on_disk, prepare
from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.task import ObjectiveSpec, Task, TaskFile
from ge_tui.run.objectives import extra_metrics, specs_of
from ge_tui.run.store import RunRow
from ge_tui.settings import EvaluationSettings, Settings


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """How every individual of a run is evaluated."""

    task: Task
    data: DataSet
    training: TrainingPlan
    settings: EvaluationSettings
    seed: int
    """Of every training alike, so that luck of the draw is shared."""
    wants: tuple[str, ...]
    below: tuple[TrainingPlan, ...] = ()
    """The trainings of the rungs that lead to the run's own, the lowest first."""

    @property
    def rungs(self) -> tuple[TrainingPlan, ...]:
        """Every rung's training, the lowest first; the last is that of the run's own rung."""
        return (*self.below, self.training)

    def cost(self, rung: str) -> float:
        """What a training counts against the budget: its part of the steps of one at the run's rung."""
        return self.training_at(rung).steps / self.training.steps

    def training_at(self, rung: str) -> TrainingPlan:
        """The training of a rung, of those of the run or another. Raises UsageError where the task has none."""
        known = next((plan for plan in self.rungs if plan.rung == rung), None)
        return known or self.task.plan(self.data.name, self.settings.recipe, rung)

    @property
    def inputs(self) -> Inputs:
        """What every network of the run is given."""
        return Inputs(classes=self.data.classes, channels=self.data.channels, image_size=self.data.image_size)

    def check_request(self, source: str) -> CheckRequest:
        """What an executor is asked before a source is trained."""
        return CheckRequest(
            source,
            self.task.contract,
            self.inputs,
            self.training,
            self.task.file.limits.params,
            self.settings.check_timeout_s,
        )

    def train_request(self, source: str, training: TrainingPlan, seed: int) -> TrainRequest:
        """What an executor is asked to train a source with one seed."""
        return TrainRequest(
            source,
            self.task.contract,
            self.data,
            training,
            seed,
            self.task.file.limits.params,
            self.settings.train_timeout_s,
            self.wants,
        )


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Everything a run is made of that does not change while it runs."""

    settings: Settings
    evaluation: EvaluationPlan
    objectives: tuple[ObjectiveSpec, ...]


def task_of(run: RunRow) -> Task:
    """The task as it was when the run was created, whatever became of its folder."""
    file = TaskFile.model_validate(run.task["file"])
    return Task(run.task["name"], Path(run.task["folder"]), file, run.task["seed_source"])


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


def plan_of(run: RunRow, settings: Settings, data: DataSet) -> RunPlan:
    """A run's plan as its row has it. Raises UsageError where the settings do not fit the task."""
    task = task_of(run)
    objectives = specs_of(task, settings.search.objectives)
    chosen = settings.evaluation
    *below, training = task.ladder(data.name, chosen.recipe, chosen.first_rung, chosen.rung)
    wants = extra_metrics(objectives)
    evaluation = EvaluationPlan(task, data, training, chosen, settings.seed, wants, tuple(below))
    return RunPlan(settings, evaluation, objectives)
