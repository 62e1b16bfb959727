"""A task: a folder with a seed genome, its data sets, recipes and objectives.

Adding a task is adding a folder with a `task.toml`; nothing else in the program names one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from ge_tui import paths
from ge_tui.errors import UsageError
from ge_tui.evaluation.model import Value
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.genome import Contract, find_problem, normalise_newlines
from ge_tui.toml_file import read_toml, shown

FILE_NAME = "task.toml"
ANY_DATA = "any"


class Reference(Value):
    """Where the reference point of the hypervolume lies, relative to what the seed measured."""

    factor: float = Field(1.0, gt=0)
    offset: float = 0.0

    def of(self, seed_value: float) -> float:
        """The reference for what the seed measured."""
        return seed_value * self.factor + self.offset


class ObjectiveSpec(Value):
    """One objective: a metric by name, and which way is better."""

    name: str
    direction: Literal["max", "min"]
    scale: Literal["linear", "log10"] = "linear"
    reference: Reference = Reference()
    tie_break: str | None = None
    """A metric to be minimised that decides between equal values of this one."""

    @model_validator(mode="after")
    def _reference_is_no_goal(self) -> ObjectiveSpec:
        """No metric is negative but the overfit gap; a point better than the seed's would hide what is gained."""
        factor, offset = self.reference.factor, self.reference.offset
        higher, lower = factor >= 1 and offset >= 0, factor <= 1 and offset <= 0
        if higher != lower and higher == (self.direction == "max"):
            raise ValueError(f"the reference point must be no better than the seed, so {self._worse()}")
        return self

    def _worse(self) -> str:
        return "lower it: offset < 0" if self.direction == "max" else "raise it: factor > 1 or offset > 0"


class GenomeSpec(Value):
    """Which file evolves and what it must define."""

    file: str = "network.py"
    network: str
    optimizer: str = "get_optimizer"


class Rungs(Value):
    """Optimiser steps of each rung of fidelity."""

    look: int = Field(gt=0)
    short: int = Field(gt=0)
    full: int = Field(gt=0)


RUNGS = tuple(Rungs.model_fields)
"""From the least training to the most."""


class Recipe(Value):
    """How to train: settings for any data set, and what differs on some."""

    description: str
    settings: dict[str, Any]
    on: dict[str, dict[str, Any]]
    """By data set, or `any`; each has `rungs` and overrides of the settings."""


class Limits(Value):
    """What a genome may be; beyond it the check fails with outcome `build`."""

    params: int = Field(50_000_000, gt=0)


class DataSpec(Value):
    """The data sets a task is meant for, in the order of preference."""

    preferred: tuple[str, ...] = ("cifar10", "digits")
    """The first that is on disk is the default; `digits` always is."""


class TaskFile(Value):
    """The content of a `task.toml`."""

    description: str
    genome: GenomeSpec
    objectives: tuple[ObjectiveSpec, ...] = Field(min_length=1)
    data: DataSpec = DataSpec()
    recipes: dict[str, Recipe] = Field(min_length=1)
    default_recipe: str = "fast"
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _consistent(self) -> TaskFile:
        if self.default_recipe not in self.recipes:
            raise ValueError(f"default_recipe '{self.default_recipe}' is not among the recipes")
        names = [objective.name for objective in self.objectives]
        if len(set(names)) != len(names):
            raise ValueError("an objective is named twice")
        for recipe_name, recipe in self.recipes.items():
            if ANY_DATA not in recipe.on:
                raise ValueError(f"recipes.{recipe_name}.on.{ANY_DATA} is missing")
            for data in recipe.on:
                _resolve(recipe_name, recipe, data, "short")
        return self


@dataclass(frozen=True, slots=True)
class Task:
    """A task as loaded from its folder."""

    name: str
    folder: Path
    file: TaskFile
    seed_source: str
    """The seed genome with `\\n` line ends."""

    @property
    def contract(self) -> Contract:
        """What a genome must define."""
        return Contract(self.file.genome.network, self.file.genome.optimizer)

    def plan(self, data: str, recipe: str = "", rung: str = "short") -> TrainingPlan:
        """The training for a data set, recipe and rung.

        Raises UsageError where the recipe or the rung is unknown.
        """
        name = recipe or self.file.default_recipe
        if name not in self.file.recipes:
            raise UsageError(f"task {self.name} has no recipe '{name}'; it has: {', '.join(self.file.recipes)}")
        if rung not in Rungs.model_fields:
            raise UsageError(f"no rung '{rung}'; the rungs are: {', '.join(Rungs.model_fields)}")
        return _resolve(name, self.file.recipes[name], data.partition(":")[0], rung)

    def ladder(self, data: str, recipe: str, first: str, last: str) -> tuple[TrainingPlan, ...]:
        """The trainings from one rung up to another; `first` empty: the last alone.

        Raises UsageError as `plan` does, and where the first is not below the last.
        """
        if first and (last not in RUNGS or first not in RUNGS[: RUNGS.index(last)]):
            raise UsageError(f"evaluation.first_rung={first} is not below evaluation.rung={last}; leave it empty")
        climbed = RUNGS[RUNGS.index(first) : RUNGS.index(last)] if first else ()
        return tuple(self.plan(data, recipe, rung) for rung in (*climbed, last))


@dataclass(frozen=True, slots=True)
class BrokenTask:
    """A task folder that cannot be used, and why."""

    name: str
    folder: Path
    problem: str


def _resolve(name: str, recipe: Recipe, data: str, rung: str) -> TrainingPlan:
    """Raises ValueError naming the recipe, the data set and what is wrong."""
    where = f"recipes.{name}.on.{data}"
    own = dict(recipe.on.get(data, recipe.on[ANY_DATA]))
    rungs = own.pop("rungs", None)
    if rungs is None:
        raise ValueError(f"{where}.rungs is missing: the steps of {', '.join(Rungs.model_fields)}")
    values = {**recipe.settings, **own}
    made_here = [field for field in ("recipe", "rung", "steps") if field in values]
    if made_here:
        raise ValueError(f"{where}: {made_here[0]} is not a setting of a recipe; steps are given by rungs")
    try:
        steps = getattr(Rungs.model_validate(rungs), rung)
        return TrainingPlan.model_validate({**values, "recipe": name, "rung": rung, "steps": steps})
    except ValidationError as error:
        raise ValueError(f"{where}: {describe(error)}") from None


def task_folders() -> list[Path]:
    """Where tasks are looked for: the user's own first, then the shipped ones."""
    return [paths.user_tasks(), paths.shipped_tasks()]


def all_tasks(folders: list[Path] | None = None) -> Iterator[Task | BrokenTask]:
    """Every task there is, broken ones with their problem; of two with one name the first counts."""
    seen: set[str] = set()
    for base in folders if folders is not None else task_folders():
        if not base.is_dir():
            continue
        for folder in sorted(base.iterdir()):
            if folder.name.lower() in seen or not folder.is_dir() or folder.name.startswith((".", "__")):
                continue
            seen.add(folder.name.lower())
            try:
                yield load_task(folder)
            except UsageError as error:
                yield BrokenTask(folder.name, folder, str(error))


def find_task(name: str) -> Task:
    """A task by its name or by the path of its folder. Raises UsageError."""
    folder = _as_folder(name)
    if folder:
        return load_task(folder)
    known: list[str] = []
    for task in all_tasks():
        if task.name.lower() == name.lower():
            if isinstance(task, BrokenTask):
                raise UsageError(task.problem)
            return task
        known.append(task.name)
    raise UsageError(
        f"no task '{name}'; there are: {', '.join(known) or 'none'}. A task is a folder with a {FILE_NAME}, "
        f"in {paths.user_tasks()} or given by its path"
    )


def _as_folder(name: str) -> Path | None:
    """A task's folder given by its path; None where the name is none."""
    try:
        folder = Path(name).expanduser()
        return folder.resolve() if name and (folder / FILE_NAME).is_file() else None
    except (OSError, RuntimeError):  # too long for a path; the home of nobody
        return None


def load_task(folder: Path) -> Task:
    """Read one task folder. Raises UsageError naming the file and what is wrong in it."""
    file = folder / FILE_NAME
    try:
        content = TaskFile.model_validate(read_toml(file))
    except FileNotFoundError:
        raise UsageError(f"{folder} is not a task: it has no {FILE_NAME}") from None
    except ValidationError as error:
        raise UsageError(f"{file}: {describe(error)}") from None
    seed_file = folder / content.genome.file
    try:
        source = normalise_newlines(seed_file.read_text(encoding="utf-8", errors="strict"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{file}: the seed genome {seed_file} cannot be read: {reason}") from None
    contract = Contract(content.genome.network, content.genome.optimizer)
    problem = find_problem(source, contract)
    if problem:
        raise UsageError(f"{seed_file}: {problem.detail}")
    return Task(folder.name, folder, content, source)


def describe(error: ValidationError) -> str:
    """The first problems of a validation error in one line: where, what, and the value."""
    parts: dict[tuple[int | str, ...], str] = {}
    for item in error.errors():
        if any(place[: len(item["loc"])] == item["loc"] for place in parts if item["loc"]):
            continue  # what holds a mistake is counted as one itself
        where = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] not in ("missing", "extra_forbidden", "value_error"):
            message = f"{message}, not {shown(item['input'])}"
        parts[item["loc"]] = f"{where}: {message}" if where else message
    return "; ".join(list(parts.values())[:3])
