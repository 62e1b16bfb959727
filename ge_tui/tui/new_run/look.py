"""What the schema cannot know of a form: whether task, data, models and place are there. Blocking, for a thread."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ge_tui.errors import UserError
from ge_tui.evaluation.data import available
from ge_tui.evaluation.data.catalogue import DataInfo, catalogue, origin_of
from ge_tui.evaluation.task import BrokenTask, Task, all_tasks, find_task
from ge_tui.llm.prompts.catalogue import load_catalogue
from ge_tui.paths import user_config
from ge_tui.run.controls import check_controls, check_models
from ge_tui.run.directory import free_name, refuse_network_file_system
from ge_tui.run.language_models import models_named
from ge_tui.run.objectives import specs_of
from ge_tui.run.proposers import check_llm
from ge_tui.settings import Controls, Settings
from ge_tui.tui.new_run.fields import NAME

_FIRST_OF = {"persona": "expert", "category": "params", "operator": "width"}
"""Where what is wrong with a table of weights as a whole is told."""

PLACE = ""
"""Stands for a problem with the folder of runs, which no field can mend."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the machine found for the settings of a form."""

    settings: Settings
    problems: dict[str, str] = field(default_factory=dict)
    """By field."""
    task: Task | None = None
    data: str = ""
    """What `auto` stands for."""
    download_bytes: int = 0
    """What has to be fetched before the data is there."""
    steps: int = 0
    """Of one training."""
    free_bytes: int = 0
    """Where runs are kept."""
    name: str = ""
    """What the run will be called."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from."""

    tasks: tuple[Task | BrokenTask, ...] = ()
    data: tuple[DataInfo, ...] = ()
    personas: Mapping[str, str] = field(default_factory=dict)
    """What each persona is, by the field that weighs it."""


def offer() -> Offer:
    """Every task, data set and persona."""
    return Offer(tuple(all_tasks()), tuple(catalogue()), _personas())


def _personas() -> dict[str, str]:
    try:
        found = load_catalogue(user_config() / "prompts").personas
    except UserError as error:
        return {"controls.persona.expert": str(error)}
    return {f"controls.persona.{name}": f"{one.title}: {one.text}" if one.text else one.title
            for name, one in found.items()}  # fmt: skip


def look(settings: Settings, runs: Path, name: str) -> Look:
    """Look for everything the settings name; nothing is made or fetched."""
    problems: dict[str, str] = {}

    def attempt(key: str, act: Callable[[], object]) -> None:
        try:
            act()
        except UserError as error:
            problems.setdefault(key, str(error))

    task = _task(settings, problems)
    data, download = _data(settings, task, problems)
    attempt("llm", lambda: check_llm(settings.llm, runs))
    models: tuple[str, ...] = () if "llm" in problems else tuple(models_named(settings.llm))
    for key, controls in _control_fields(settings, models):
        attempt(key, partial(_check, controls, models))
    steps = 0
    if task is not None:
        attempt("search.objectives", lambda: specs_of(task, settings.search.objectives))
        try:
            steps = task.plan(data, settings.evaluation.recipe, settings.evaluation.rung).steps
        except UserError as error:
            problems["evaluation.recipe"] = str(error)
    if name and (runs / name).exists():
        problems[NAME] = f"there is a run '{name}' already"
    attempt(PLACE, lambda: _check_place(runs))
    stem = f"{task.name}-{data}" if task else settings.task
    return Look(settings, problems, task, data, download, steps, _free(runs), name or free_name(runs, stem))


def _task(settings: Settings, problems: dict[str, str]) -> Task | None:
    try:
        return find_task(settings.task)
    except UserError as error:
        problems["task"] = str(error)
        return None


def _data(settings: Settings, task: Task | None, problems: dict[str, str]) -> tuple[str, int]:
    """The data set's name, and the bytes that have to be fetched for it."""
    name = settings.data
    try:
        if name == "auto":
            name = available(task.file.data.preferred) if task else "digits"
        if name.startswith("folder:"):  # what is in it is looked at when it is made ready: that can take long
            place = Path(name.removeprefix("folder:").partition("?")[0]).expanduser()
            if not place.is_dir():
                problems["data"] = f"there is no folder {place}"
        else:
            origin_of(name)
    except (UserError, OSError, RuntimeError) as error:
        problems["data"] = str(error)
        return name, 0
    return name, next((info.download_bytes for info in catalogue() if info.name == name), 0)


def _control_fields(settings: Settings, models: tuple[str, ...]) -> list[tuple[str, Controls]]:
    """Each part of the controls on its own, so that what is wrong is told where it is."""
    usual, given = Settings().controls, settings.controls
    parts = {f"controls.{table}.{first}": {table: getattr(given, table)} for table, first in _FIRST_OF.items()}
    if models:  # as a run is launched: weights of other models do not count
        own = {name: weight for name, weight in given.model.items() if name in models}
        parts |= {"llm": {"model": own}, "controls.model_locked": {"model_locked": given.model_locked}}
    return [(key, usual.model_copy(update=part)) for key, part in parts.items()]


def _check(controls: Controls, models: tuple[str, ...]) -> None:
    check_controls(controls)
    if models:
        check_models(controls, models)


def _check_place(runs: Path) -> None:
    existing = next(parent for parent in (runs, *runs.parents) if parent.exists())
    refuse_network_file_system(existing)


def _free(runs: Path) -> int:
    try:
        return shutil.disk_usage(next(parent for parent in (runs, *runs.parents) if parent.exists())).free
    except OSError:
        return 0
