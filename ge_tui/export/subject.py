"""What is to be exported, and what the run has on record of it."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.errors import UserError
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.task import Task
from ge_tui.genome import Contract
from ge_tui.run.individuals import find_individual, number_called, status_in_words
from ge_tui.run.objectives import extra_metrics, specs_of
from ge_tui.run.plans import data_of, task_of
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, EvaluationRow, IndividualRow, RunReader, RunRow, Status
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.stored_settings import settings_of
from ge_tui.search import Objective
from ge_tui.settings import EvaluationSettings, Settings

FULL = "full"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finished training that the run has on record."""

    recipe: str
    rung: str
    seed: int
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """A network to be exported."""

    number: int
    source: str
    recorded: Recorded | None
    """None for one that the run never had."""
    without: tuple[int, ...] = ()
    """The individuals whose changes were taken out of it."""

    @property
    def label(self) -> str:
        """As it is spoken of."""
        return f"#{self.number} reduced" if self.without else "the seed" if self.number == SEED else f"#{self.number}"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as an export needs it."""

    row: RunRow
    settings: Settings
    task: Task
    data: DataSet
    objectives: tuple[Objective, ...]
    wants: tuple[str, ...]
    going: bool
    """Whether an engine works on it."""

    @property
    def contract(self) -> Contract:
        """What a genome of its task must define."""
        return self.task.contract

    def plan(self, recipe: str, rung: str) -> TrainingPlan:
        """A training on its data."""
        return self.task.plan(self.data.name, recipe, rung)

    @property
    def full(self) -> TrainingPlan:
        """The whole training of the run's recipe."""
        return self.plan(self.settings.evaluation.recipe, FULL)

    def training(self, source: str, plan: TrainingPlan, seed: int, machine: EvaluationSettings) -> TrainRequest:
        """A network to be trained as the run would, its latency measured too."""
        limits = self.task.file.limits
        wants = tuple(sorted({*self.wants, "latency_ms"}))
        return TrainRequest(source, self.contract, self.data, plan, seed, limits.params, machine.train_timeout_s, wants)

    def check(self, source: str, machine: EvaluationSettings) -> CheckRequest:
        """A network to be checked as the run would."""
        data = self.data
        inputs = Inputs(classes=data.classes, channels=data.channels, image_size=data.image_size)
        limits = self.task.file.limits
        return CheckRequest(source, self.contract, inputs, self.full, limits.params, machine.check_timeout_s)


def read_run(reader: RunReader, *, going: bool) -> RunFacts:
    """Raises UserError, NotReadyError where its data are not on this machine any more."""
    row = reader.run()
    settings, task = settings_of(row), task_of(row)
    specs = specs_of(task, settings.search.objectives)
    if any(objective["reference"] is None for objective in row.objectives):
        raise UserError(
            f"nothing in run {row.name} has been evaluated yet, so there is nothing to export; let it go on "
            f"first: ge-tui run --resume {row.name}"
        )
    return RunFacts(row, settings, task, data_of(row), objectives_from(row.objectives), extra_metrics(specs), going)


def find_subjects(reader: RunReader, facts: RunFacts, name: str) -> list[Subject]:
    """By number, `seed`, `best`, or `front` for all of it. Raises UserError."""
    if name == "front":
        numbers = [candidate.number for candidate in Pool(reader, facts.objectives).front]
    else:
        numbers = [number_called(reader, name, besides=("front",))]
    if not numbers:
        raise UserError("nothing in this run has been evaluated yet, so there is nothing to export")
    return [find_subject(reader, facts, number) for number in numbers]


def find_subject(reader: RunReader, facts: RunFacts, number: int) -> Subject:
    """An individual, or the one it is a duplicate of. Raises UserError."""
    row = find_individual(reader, number)
    if row.status is Status.DUPLICATE:
        row = reader.individual(reader.original(number)) or row
    source = reader.source(row.number)
    recorded = _recorded(reader, facts, row.number)
    if source is None or recorded is None:
        raise UserError(
            f"individual {row.number} has no finished training ({status_in_words(row)}), so there is nothing to agree "
            f"with; choose one that was evaluated: ge-tui show {facts.row.name}"
        )
    return Subject(row.number, source, recorded)


def _recorded(reader: RunReader, facts: RunFacts, number: int) -> Recorded | None:
    """The training at the run's rung with the run's seed; else the latest that ended well."""
    ended = [row for row in reader.evaluations(number) if row.status == "ok"]
    rung, seed = facts.settings.evaluation.rung, facts.settings.seed

    def nearness(row: EvaluationRow) -> tuple[bool, bool, int]:
        return row.rung == rung, row.seed == seed, row.id

    if not ended:
        return None
    chosen = max(ended, key=nearness)
    return Recorded(chosen.recipe, chosen.rung, chosen.seed, reader.metrics_of(chosen.id))


def main_line(reader: RunReader, number: int) -> list[IndividualRow]:
    """From the seed to an individual, each the first parent of the next: the one whose text was changed."""
    line: list[IndividualRow] = []
    row = reader.individual(number)
    while row is not None:
        line.append(row)
        row = reader.individual(row.parents[0]) if row.parents else None
    return line[::-1]
