"""Opening a run for work: a new one from settings, or an old one where it stopped."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ge_tui import __version__
from ge_tui.errors import RunError, UsageError
from ge_tui.evaluation.box.limits import Quota
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.data import DataSet, OnBytes, available, prepare
from ge_tui.evaluation.executors import Executor, LocalExecutor, LocalSettings
from ge_tui.evaluation.task import ObjectiveSpec, Task, TaskFile, find_task
from ge_tui.llm.proposer import Proposer
from ge_tui.run.controls import ControlBoard, check_controls, flatten
from ge_tui.run.directory import RunDirectory, create_numbered_directory, create_run_directory
from ge_tui.run.engine import Ending, Engine, RunPlan
from ge_tui.run.engine.evaluating import EvaluationPlan
from ge_tui.run.objectives import extra_metrics, specs_of, without_references
from ge_tui.run.proposers import check_llm, open_proposer
from ge_tui.run.store import EventRow, RunRow, Store, is_disk_error
from ge_tui.settings import EvaluationSettings, Settings, parse_assignment
from ge_tui.settings.load import with_values

OnEvent = Callable[[EventRow], None]
_MAY_CHANGE = ("search.generations", "budget.", "evaluation.", "ollama.")
_MUST_STAY = ("evaluation.recipe", "evaluation.rung")


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
    check_controls(settings.controls)
    objectives = specs_of(task, settings.search.objectives)
    name = available(task.file.data.preferred) if settings.data == "auto" else settings.data
    task.plan(name, settings.evaluation.recipe, settings.evaluation.rung)
    data = prepare(name, on_progress=on_progress)
    return NewRun(settings.model_copy(update={"data": data.name}), task, data, objectives)


def create_run(new: NewRun, base: Path, name: str = "") -> RunDirectory:
    """A new run on disk, not yet begun. Raises UsageError where the name is taken or the place will not do."""
    if name:
        directory = create_run_directory(base, name)
    else:
        directory = create_numbered_directory(base, f"{new.task.name}-{new.data.name}")
    try:
        with directory.locked():
            store = Store(directory.database)
            try:
                store.create_run(_row(new, directory.name), flatten(new.settings.controls))
            finally:
                store.close()
    except BaseException as error:
        shutil.rmtree(directory.path, ignore_errors=True)
        if is_disk_error(error):
            raise UsageError(f"no run can be made in {base}: {error}") from error
        raise
    return directory


def bring_up_to_date(directory: RunDirectory) -> RunRow:
    """The run, after its database was migrated where an older version wrote it. Raises RunBusyError, StoreError."""
    with directory.locked():
        store = Store(directory.database)
        try:
            return store.run()
        finally:
            store.close()


async def work(directory: RunDirectory, *, on_event: OnEvent = lambda _: None, changes: Iterable[str] = ()) -> Ending:
    """Begin a run, or go on with it, until it ends or is cancelled.

    `changes` are assignments to settings that may change on resume. Raises RunBusyError where another
    engine has the run open, RunError where the disk gives out, UserError for what else the user can mend.
    """
    with directory.locked():
        store = Store(directory.database)
        try:
            with _resumable():
                return await _work(directory, store, on_event, changes)
        finally:
            store.close()


async def _work(directory: RunDirectory, store: Store, on_event: OnEvent, changes: Iterable[str]) -> Ending:
    run = store.run()
    settings = _changed(store, Settings.model_validate(run.settings), changes)
    store.listen(on_event)
    plan = _plan(store, settings)
    parts = plan.evaluation.task, plan.evaluation.data, plan.objectives
    proposer = await open_proposer(settings, store, *parts, directory.path.parent)
    executor = LocalExecutor(local_settings(settings.evaluation))
    try:
        machine = await executor.start()
        store.recover()
        store.set_environment(
            {
                **_environment(),
                "torch": machine.torch,
                "device": machine.device,
                "slots": machine.slots,
                "box": {"layers": machine.box.names, "safe": machine.box.safe},
            }
        )
        board = ControlBoard(store, directory.inbox, check_controls)
        if run.status != "new":
            board.set("resume", "stop", "no")
            board.set("resume", "pause", False)
        return await run_engine(store, board, plan, proposer, executor)
    finally:
        await executor.close()
        await proposer.close()


async def run_engine(
    store: Store, board: ControlBoard, plan: RunPlan, proposer: Proposer, executor: Executor
) -> Ending:
    """The engine on parts of the caller's choice. Raises RunError where the disk gives out."""
    with _resumable():
        return await Engine(store, board, plan, proposer, executor).run()


@contextmanager
def _resumable() -> Iterator[None]:
    """A disk that is full or a file that is damaged ends the run with one message; resume goes on."""
    try:
        yield
    except Exception as error:
        if is_disk_error(error):
            raise RunError(f"the run had to stop: {error}. Nothing that was finished is lost") from error
        raise


def local_settings(settings: EvaluationSettings) -> LocalSettings:
    """Raises UsageError."""
    box = settings.box
    return LocalSettings(
        device=settings.device,
        slots=settings.slots,
        threads=settings.threads,
        memory_mb=settings.memory_mb,
        max_output=settings.max_output_kb << 10,
        fresh=settings.fresh,
        quota=Quota(
            processes=box.processes,
            open_files=box.open_files,
            file_mb=box.file_mb,
            scratch_mb=box.scratch_mb,
            scratch_files=box.scratch_files,
        ),
        cpu_s=box.cpu_s,
        readable=tuple(folder for folder in box.readable.split(":") if folder),
        without=_layers(box.without),
        look=box.look,
        verify=settings.verify,
        trust=settings.trust,
    )


def _layers(names: str) -> tuple[Layer, ...]:
    """Raises UsageError."""
    try:
        return tuple(Layer(name.strip()) for name in names.split(",") if name.strip())
    except ValueError as error:
        raise UsageError(f"evaluation.box.without: {error}; there are: {', '.join(Layer)}") from None


def _plan(store: Store, settings: Settings) -> RunPlan:
    """The run as it was created: task and objectives from the store, the data set from the cache."""
    run = store.run()
    file = TaskFile.model_validate(run.task["file"])
    task = Task(run.task["name"], Path(run.task["folder"]), file, run.task["seed_source"])
    data = prepare(run.data["name"])
    if data.digest != run.data["digest"]:
        raise UsageError(f"the data set {data.name} is not the one this run began with; its results would not compare")
    objectives = specs_of(task, settings.search.objectives)
    training = task.plan(data.name, settings.evaluation.recipe, settings.evaluation.rung)
    evaluation = EvaluationPlan(task, data, training, settings.evaluation, settings.seed, extra_metrics(objectives))
    return RunPlan(settings, evaluation, objectives)


def _changed(store: Store, settings: Settings, changes: Iterable[str]) -> Settings:
    """The settings with what may change on resume; recorded where anything does."""
    values = []
    for text in changes:
        path, value = parse_assignment(text)
        name = ".".join(path)
        if path[0] == "controls":
            raise UsageError(f"'{text}': change controls with: ge-tui steer {store.run().name} {text}")
        if not name.startswith(_MAY_CHANGE) or name in _MUST_STAY:
            raise UsageError(f"'{text}': {name} cannot change in the middle of a run; begin a new one")
        values.append((path, value))
    changed = with_values(settings, values, "the settings")
    if changed != settings:
        store.set_settings(changed.model_dump(mode="json"))
    return changed


def _row(new: NewRun, name: str) -> RunRow:
    task: dict[str, Any] = {
        "name": new.task.name,
        "folder": str(new.task.folder),
        "file": new.task.file.model_dump(mode="json"),
        "seed_source": new.task.seed_source,
    }
    data = {"name": new.data.name, "digest": new.data.digest, "counts": new.data.counts}
    return RunRow(
        name=name,
        created_at=time.time(),
        status="new",
        status_reason="",
        settings=new.settings.model_dump(mode="json"),
        task=task,
        data=data,
        objectives=without_references(new.objectives),
        environment=_environment(),
        seconds=0.0,
    )


def _environment() -> dict[str, Any]:
    return {
        "ge_tui": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
    }
