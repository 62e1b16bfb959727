"""Opening a run for work: a new one from settings, or an old one where it stopped."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ge_tui import __version__, paths
from ge_tui.errors import RunError, UsageError
from ge_tui.evaluation.box.limits import Quota
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.data import DataSet, OnBytes, available, prepare
from ge_tui.evaluation.executors import Executor, LocalExecutor, LocalSettings
from ge_tui.evaluation.results_cache import CachingExecutor
from ge_tui.evaluation.task import ObjectiveSpec, Task, find_task
from ge_tui.genome import cut
from ge_tui.llm.proposer import Proposer
from ge_tui.run.controls import ControlBoard, check_aim, check_controls, check_models, checker, flatten, in_force
from ge_tui.run.directory import RunDirectory, create_numbered_directory, create_run_directory
from ge_tui.run.engine import Ending, Engine, RunPlan
from ge_tui.run.language_models import find_models, models_named
from ge_tui.run.objectives import specs_of, without_references
from ge_tui.run.plans import data_of, ladder_of, plan_of
from ge_tui.run.proposers import check_llm, make_proposer
from ge_tui.run.residency import house
from ge_tui.run.store import EventRow, RunRow, Store, is_disk_error
from ge_tui.settings import Controls, EvaluationSettings, Settings, parse_assignment
from ge_tui.settings.keys import may_change_on_resume
from ge_tui.settings.load import with_values

OnEvent = Callable[[EventRow], None]


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
    ladder_of(task, name, settings)
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


def _weighed(controls: Controls, models: Mapping[str, float]) -> Controls:
    """The controls a run is launched with: each of several models has a weight, a control's own where it is given."""
    if len(models) < 2:
        return controls
    return controls.model_copy(update={"model": {**models, **controls.model}})


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
    plan = created_plan(store, settings)
    parts = plan.evaluation.task, plan.evaluation.data, plan.objectives
    async with AsyncExitStack() as closing:
        models = await find_models(settings, plan.evaluation.task) if models_named(settings.llm) else None
        if models is not None:
            closing.push_async_callback(models.client.close)
        executor = LocalExecutor(local_settings(settings.evaluation, in_force(store).slots))
        closing.push_async_callback(executor.close)
        machine = await executor.start()
        store.recover()
        housing = models and await house(models, settings, machine.device, machine.slots, store.note)
        box = {"layers": machine.box.names, "safe": machine.box.safe}
        found = {"torch": machine.torch, "device": machine.device, "slots": machine.slots, "box": box}
        asked = housing.models if housing else None
        proposer = make_proposer(settings, store, *parts, directory.path.parent, asked)
        closing.push_async_callback(proposer.close)
        kept = {"residency": asdict(housing.decision)} if housing else {}
        store.set_environment({**_environment(), **found, "models": list(proposer.models), **kept})
        board = ControlBoard(store, directory.inbox, checker(store))
        if proposer.models:
            check_models(board.current, proposer.models, board.current.model)
        if run.status != "new":
            board.go_on()
        make_room = await housing.begin() if housing else None
        trainer: Executor = executor
        if settings.evaluation.cache:
            trainer = CachingExecutor(executor, paths.results_cache(), machine.torch, machine.device)
        return await run_engine(store, board, plan, proposer, trainer, make_room)


async def run_engine(
    store: Store,
    board: ControlBoard,
    plan: RunPlan,
    proposer: Proposer,
    executor: Executor,
    make_room: Callable[[], Awaitable[None]] | None = None,
) -> Ending:
    """The engine on parts of the caller's choice. Raises RunError where the disk gives out."""
    with _resumable():
        return await Engine(store, board, plan, proposer, executor, make_room=make_room).run()


@contextmanager
def _resumable() -> Iterator[None]:
    """A disk that is full or a file that is damaged ends the run with one message; resume goes on."""
    try:
        yield
    except Exception as error:
        if is_disk_error(error):
            raise RunError(f"the run had to stop: {error}. Nothing that was finished is lost") from error
        raise


def local_settings(settings: EvaluationSettings, slots: int = 0) -> LocalSettings:
    """Raises UsageError."""
    box = settings.box
    return LocalSettings(
        device=settings.device,
        slots=slots,
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


def created_plan(store: Store, settings: Settings) -> RunPlan:
    """The run as it was created: task and objectives from the store, the data set from the cache."""
    run = store.run()
    return plan_of(run, settings, data_of(run))


def _changed(store: Store, settings: Settings, changes: Iterable[str]) -> Settings:
    """The settings with what may change on resume; recorded where anything does."""
    values = []
    for text in changes:
        path, value = parse_assignment(text)
        name = ".".join(path)
        if path[0] == "controls":
            raise UsageError(f"'{text}': change controls with: ge-tui steer {store.run().name} {text}")
        if not may_change_on_resume(name):
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
        environment={**_environment(), "models": list(models_named(new.settings.llm))},
        seconds=0.0,
    )


def _environment() -> dict[str, Any]:
    return {
        "ge_tui": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
    }
