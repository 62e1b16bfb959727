"""Working on a run: from its beginning, or on from where it stopped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict

from ge_tui import paths
from ge_tui.errors import RunError, UsageError
from ge_tui.evaluation.executors import Executor, LocalExecutor
from ge_tui.evaluation.results_cache import CachingExecutor
from ge_tui.llm.proposer import Proposer
from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, check_models, checker, in_force
from ge_tui.run.directory import RunDirectory
from ge_tui.run.engine import Ending, Engine
from ge_tui.run.language_models import find_models, models_named
from ge_tui.run.local_trainings import local_settings
from ge_tui.run.new_run import environment
from ge_tui.run.opening import opened
from ge_tui.run.plans import RunPlan, data_of, plan_of
from ge_tui.run.proposers import make_proposer
from ge_tui.run.residency import house
from ge_tui.run.store import EventRow, RunRow, Store, is_disk_error
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings import Settings, parse_assignment
from ge_tui.settings.keys import may_change_on_resume
from ge_tui.settings.load import with_values

OnEvent = Callable[[EventRow], None]


def bring_up_to_date(directory: RunDirectory) -> RunRow:
    """The run, after its database was migrated where an older version wrote it. Raises RunBusyError, StoreError."""
    with opened(directory) as store:
        return store.run()


async def work(directory: RunDirectory, *, on_event: OnEvent = lambda _: None, changes: Iterable[str] = ()) -> Ending:
    """Begin a run, or go on with it, until it ends or is cancelled.

    `changes` are assignments to settings that may change on resume. Raises RunBusyError where another
    engine has the run open, RunError where the disk gives out, UserError for what else the user can mend.
    """
    with opened(directory) as store, _resumable():
        return await _work(directory, store, on_event, changes)


async def _work(directory: RunDirectory, store: Store, on_event: OnEvent, changes: Iterable[str]) -> Ending:
    run = store.run()
    settings = _changed(store, settings_of(run), changes)
    store.listen(on_event)
    plan = plan_on_record(store, settings)
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
        store.set_environment({**environment(), **found, "models": list(proposer.models), **kept})
        inbox.sweep(directory.inbox)
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


def plan_on_record(store: Store, settings: Settings) -> RunPlan:
    """The run as it was created: task and objectives from the store, the data set from the cache.

    Raises UsageError, NotReadyError.
    """
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
