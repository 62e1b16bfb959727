"""Opening runs for work: from settings, and where they stopped; and what happens when the disk gives out."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ge_tui.errors import ExitCode, NotReadyError, RunError, UsageError, UserError
from ge_tui.run import opening, session
from ge_tui.run.controls import check_controls
from ge_tui.run.directory import RunBusyError, RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import bring_up_to_date, work
from ge_tui.run.store import EventRow, RunReader, Store, StoreError
from ge_tui.run.store.connection import MIGRATIONS
from ge_tui.run.summary import run_as_json, status_of
from ge_tui.settings import Controls, read_settings

from .fakes import AnyExecutor, GatedExecutor, Rig


@pytest.fixture(autouse=True)
def place(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setattr(session, "LocalExecutor", lambda _settings: AnyExecutor())


def made(base: Path, *assignments: str, name: str = "run") -> RunDirectory:
    settings = read_settings((), ["data=fake", "population=2", "generations=1", *assignments])
    return create_run(prepare_run(settings, base), base, name)


def test_a_run_from_settings_to_its_end(tmp_path: Path) -> None:
    directory = made(tmp_path)
    events: list[EventRow] = []
    assert asyncio.run(work(directory, on_event=events.append)).status == "finished"
    with RunReader(directory.database) as reader:
        assert reader.run().environment["torch"] == "no torch"
        assert reader.run().settings["data"] == "fake"
        assert [event.seq for event in events] == [event.seq for event in reader.events()][1:]
        shown = run_as_json(directory, reader)
    assert shown["run"]["status"] == "finished"
    assert shown["individuals"][0]["rung"] == "short"


def test_more_generations_on_resume(tmp_path: Path) -> None:
    directory = made(tmp_path)
    asyncio.run(work(directory))
    assert asyncio.run(work(directory, changes=["generations=3"])).reason == "all 3 generations are done"
    with RunReader(directory.database) as reader:
        assert reader.run().settings["search"]["generations"] == 3
        assert "settings" in [event.kind for event in reader.events()]


def test_what_a_sender_left_half_written_goes(tmp_path: Path) -> None:
    directory = made(tmp_path)
    old, new = (directory.inbox / f".{name}.tmp" for name in ("old", "new"))
    for file in (old, new):
        file.write_text('{"key": "temp')
    os.utime(old, (0, 0))
    asyncio.run(work(directory))
    assert [file.name for file in directory.inbox.iterdir()] == [new.name], "its sender may be writing still"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("seed=5", "cannot change in the middle"),
        ("initial_population=9", "cannot change in the middle"),
        ("evaluation.rung=full", "cannot change in the middle"),
        ("objectives=loss:min", "cannot change in the middle"),
        ("temperature=0.5", "ge-tui steer run temperature=0.5"),
        ("generatoins=5", "did you mean 'generations'"),
        ("generations=many", "generations"),
    ],
)
def test_what_must_stay_on_resume(tmp_path: Path, change: str, words: str) -> None:
    directory = made(tmp_path)
    with pytest.raises(UsageError, match=words):
        asyncio.run(work(directory, changes=[change]))
    with RunReader(directory.database) as reader:
        assert reader.run().status == "new"


def test_other_data_than_the_run_began_with_are_refused(tmp_path: Path) -> None:
    directory = made(tmp_path)
    with closing(sqlite3.connect(directory.database)) as connection:
        connection.execute("UPDATE run SET data = json_set(data, '$.digest', 'another')")
        connection.commit()
    with pytest.raises(NotReadyError, match="not the one run"):
        asyncio.run(work(directory))


def test_data_that_are_gone_are_not_fetched_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = made(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    monkeypatch.delenv("GE_TUI_CIFAR10", raising=False)
    with closing(sqlite3.connect(directory.database)) as connection:
        connection.execute("UPDATE run SET data = json_set(data, '$.name', 'cifar10')")
        connection.commit()
    with pytest.raises(NotReadyError, match="get them with: ge-tui data cifar10"):
        asyncio.run(work(directory))


def test_a_run_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "create_run", full)
    with pytest.raises(UsageError, match=r"no run can be made.*full"):
        made(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_runs_without_a_name_made_at_the_same_moment(tmp_path: Path) -> None:
    new = prepare_run(read_settings((), ["data=fake"]), tmp_path)
    with ThreadPoolExecutor(4) as pool:
        names = list(pool.map(lambda _: create_run(new, tmp_path).name, range(8)))
    assert len(set(names)) == 8


def test_two_processes_cannot_work_on_one_run(tmp_path: Path) -> None:
    directory = made(tmp_path)
    with directory.locked(), pytest.raises(RunBusyError):
        asyncio.run(work(directory))
    code = (
        "import asyncio, sys; from pathlib import Path; from ge_tui.run.directory import *;"
        "from ge_tui.run.session import work;"
        "asyncio.run(work(RunDirectory(Path(sys.argv[1]))))"
    )
    with directory.locked():
        done = subprocess.run(
            [sys.executable, "-c", code, str(directory.path)], capture_output=True, text=True, check=False
        )
    assert "RunBusyError" in done.stderr


def test_settings_that_are_damaged_on_record_are_told_as_that(tmp_path: Path) -> None:
    directory = made(tmp_path)
    with closing(sqlite3.connect(directory.database)) as connection, connection:
        connection.execute("UPDATE run SET settings = json_set(settings, '$.search.generations', 'many')")
    with pytest.raises(StoreError, match=r"settings of run run cannot be read \(search.generations\)"):
        asyncio.run(work(directory))


# -- the disk gives out ------------------------------------------------------------------------------------


def fill_up(store: Store) -> None:
    """From now on the database cannot grow."""
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_an_error_that_resume_mends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = made(tmp_path, "population=12", "generations=4")
    opened: list[Store] = []
    make = opening.Store

    def open_store(file: Path) -> Store:
        opened.append(make(file))
        return opened[-1]

    monkeypatch.setattr(opening, "Store", open_store)
    filled = 0

    def on_event(event: EventRow) -> None:
        nonlocal filled
        if event.kind == "generation_opened" and event.payload["generation"] == 1:
            filled += 1
            fill_up(opened[-1])

    with pytest.raises(RunError, match="full") as caught:
        asyncio.run(work(directory, on_event=on_event))
    assert filled == 1
    assert caught.value.exit_code is ExitCode.RESUMABLE
    monkeypatch.undo()
    monkeypatch.setattr(session, "LocalExecutor", lambda _settings: AnyExecutor())
    assert asyncio.run(work(directory)).status == "finished"
    with RunReader(directory.database) as reader:
        assert reader.is_whole()


def test_a_curve_that_cannot_be_written_raises_in_no_callback(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """Points come in from the event loop, where an error would end as a traceback and be forgotten."""

    class CallingBack(AnyExecutor):
        async def train(self, request, on_progress):
            loop = asyncio.get_running_loop()
            return await super().train(request, lambda point: loop.call_soon(on_progress, point))

    def on_event(event: EventRow) -> None:
        if event.kind == "progress":
            raise sqlite3.OperationalError("disk I/O error")

    assert rig.run(CallingBack(), on_event=on_event).status == "finished"
    assert rig.kinds()["progress"] > 5
    assert caplog.records == []


async def test_a_folder_that_is_deleted_ends_the_run(rig: Rig) -> None:
    executor = GatedExecutor()
    running = asyncio.create_task(rig.work(executor))
    async with asyncio.timeout(20):
        await executor.begun.wait()
        shutil.rmtree(rig.directory.path)
        with pytest.raises(RunError, match="moved or deleted"):
            await running


# -- how a run is seen -------------------------------------------------------------------------------------


def test_a_run_whose_engine_is_dead_is_shown_as_crashed(rig: Rig) -> None:
    with closing(Store(rig.directory.database)) as store:
        assert status_of(rig.directory, store.run().status) == "new"
        store.set_status("running")
        assert status_of(rig.directory, store.run().status) == "crashed"
        with rig.directory.locked():
            assert status_of(rig.directory, store.run().status) == "running"
        store.set_status("stopped")
        assert status_of(rig.directory, store.run().status) == "stopped"


def test_an_older_run_is_brought_up_to_date_before_it_is_resumed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def add_note(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT ''")

    newer = (*MIGRATIONS, add_note)
    for function in ("open_writer", "open_reader"):
        monkeypatch.setattr(f"ge_tui.run.store.connection.{function}.__defaults__", (newer,))
    before = rig.directory.database.read_bytes()
    with RunReader(rig.directory.database) as reader:
        assert reader.run().name == "run"
    assert rig.directory.database.read_bytes() == before
    assert bring_up_to_date(rig.directory).name == "run"
    RunReader(rig.directory.database).close()


def test_a_database_without_a_run_is_a_clear_error(rig: Rig) -> None:
    rig.directory.database.unlink()
    Store(rig.directory.database).close()
    with pytest.raises(StoreError, match="holds no run"):
        bring_up_to_date(rig.directory)
    with pytest.raises(UserError, match="holds no run"):
        asyncio.run(work(rig.directory))


def test_controls_the_schema_cannot_judge() -> None:
    from ge_tui.llm import offline

    check_controls(Controls())
    first = next(iter(offline.OPERATORS))
    check_controls(Controls(operator={first: 0.0}))
    with pytest.raises(UsageError, match="no offline operator 'widht'"):
        check_controls(Controls(operator={"widht": 1.0}))
    with pytest.raises(UsageError, match="every offline operator has weight 0"):
        check_controls(Controls(operator=dict.fromkeys(offline.OPERATORS, 0.0)))
