"""Which files are opened, which are refused, and that refusing changes nothing."""

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ge_tui.errors import ExitCode
from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.store import NewIndividual, RunReader, Status, Store, StoreError
from ge_tui.run.store.connection import APPLICATION_ID, MIGRATIONS, open_reader, open_writer, transaction
from ge_tui.run.summary import best, standings

from .fakes import FakeExecutor, Rig, settings_of

GOLDEN = Path(__file__).with_name("assets") / "run_v1.sqlite"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "run.sqlite"


@pytest.fixture
def golden(file: Path) -> Path:
    shutil.copyfile(GOLDEN, file)
    return file


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_file_has_strict_tables_a_log_and_waits_for_the_disk(file: Path) -> None:
    with closing(open_writer(file)) as connection:
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'").fetchall()
        assert all(strict or name.startswith("sqlite_") for name, strict in tables)
        assert {"run", "individual", "evaluation", "metric", "event"} <= {name for name, _ in tables}
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == 2
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "application_id") == APPLICATION_ID
        assert pragma(connection, "user_version") == len(MIGRATIONS)


def test_opening_again_creates_nothing(file: Path) -> None:
    open_writer(file).close()
    before = file.read_bytes()
    open_writer(file).close()
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def _foreign(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
        connection.execute("INSERT INTO songs VALUES ('Ask')")
        connection.commit()


def _foreign_with_id(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA application_id = 12345")
        connection.execute("PRAGMA user_version = 1")


def _newer(file: Path) -> None:
    open_writer(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def _no_database(file: Path) -> None:
    file.write_text("accuracy,params\n" * 400)


def _cut_in_the_header(file: Path) -> None:
    file.write_bytes(GOLDEN.read_bytes()[:60])


def _cut_in_the_schema(file: Path) -> None:
    file.write_bytes(GOLDEN.read_bytes()[:3000])


def _cut_in_half(file: Path) -> None:
    data = GOLDEN.read_bytes()
    file.write_bytes(data[: len(data) // 2])


REFUSED = {
    _foreign: "another program",
    _foreign_with_id: "another program",
    _newer: "newer version",
    _no_database: "not a database",
    _cut_in_the_header: "malformed|not a database",
    _cut_in_the_schema: "malformed",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
@pytest.mark.parametrize("opened", [open_writer, open_reader], ids=["to write", "to read"])
def test_what_is_not_ours_is_refused_and_not_touched(make, opened, file: Path) -> None:
    make(file)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=REFUSED[make]) as caught:
        opened(file)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == before
    beside = {path.name for path in file.parent.iterdir()} - {file.name}
    assert beside <= {"run.sqlite-wal", "run.sqlite-shm"}, "what SQLite itself needs to look at it"


def test_nothing_is_added_to_a_file_that_lost_pages(file: Path) -> None:
    _cut_in_half(file)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        open_writer(file)
    assert file.read_bytes() == before


def test_damage_found_while_reading_is_a_clear_error(file: Path) -> None:
    _cut_in_half(file)
    with pytest.raises(StoreError, match="malformed"), RunReader(file) as reader:
        _read_all(reader)


def _read_all(reader: RunReader) -> None:
    standings(reader)
    reader.events()


def test_there_is_no_run_to_read(file: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no run database"):
        RunReader(file)
    assert not file.exists()
    file.touch()
    with pytest.raises(StoreError, match="cut off while it was made"):
        RunReader(file)
    Store(file).close()
    with RunReader(file) as reader, pytest.raises(StoreError, match="holds no run"):
        reader.run()


# -- older and newer formats -------------------------------------------------------------------------------


def _add_note(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT 'migrated'")


def _break_down(connection: sqlite3.Connection) -> None:
    _add_note(connection)
    connection.execute("INSERT INTO no_such_table VALUES (1)")


def test_the_golden_file_of_version_1_opens_and_reads(golden: Path) -> None:
    with RunReader(golden) as reader:
        assert reader.run().name == "golden"
        assert reader.run().status == "finished"
        rows = reader.individuals()
        assert [row.number for row in rows] == list(range(len(rows)))
        assert {Status.EVALUATED, Status.FAILED, Status.DUPLICATE} <= {row.status for row in rows}
        assert {row.outcome for row in rows if row.status is Status.FAILED} <= set(Outcome)
        assert all(reader.source(row.number) for row in rows)
        assert reader.metrics()[0].keys() >= {"accuracy", "loss", "params"}
        assert [row.number for row in reader.generations()] == [0, 1, 2]
        assert reader.members(2)
        assert reader.curve(1)
        assert reader.events()[0].kind == "run_created"
        assert best(reader) is not None
        assert reader.is_whole()


def test_the_golden_file_can_be_worked_on(golden: Path, tmp_path: Path) -> None:
    rig = Rig(tmp_path / "runs", settings_of("generations=4", "population=3"))
    rig.directory.path.mkdir(parents=True)
    shutil.copyfile(golden, rig.directory.database)
    with closing(Store(rig.directory.database)) as store:
        children = len(store.individuals())
    assert rig.run().status == "finished"
    with rig.reader() as reader:
        assert len(reader.individuals()) > children
        assert [row.closed_at is not None for row in reader.generations()] == [True] * 5
        assert reader.is_whole()


def test_an_older_file_is_brought_up_to_date_after_a_backup(golden: Path) -> None:
    newer = (*MIGRATIONS[:1], _add_note)
    before = golden.read_bytes()
    with closing(open_reader(golden, newer)) as copy:
        assert copy.execute("SELECT name, note FROM run").fetchone() == ("golden", "migrated")
        with pytest.raises(sqlite3.OperationalError):
            copy.execute("DELETE FROM run")
    assert golden.read_bytes() == before, "looking at an older file does not touch it"
    with closing(open_writer(golden, newer)) as connection:
        assert pragma(connection, "user_version") == 2
        assert connection.execute("SELECT name, note FROM run").fetchone() == ("golden", "migrated")
    backup = golden.with_suffix(".sqlite.v1.bak")
    with closing(open_reader(backup, MIGRATIONS[:1])) as connection:
        assert pragma(connection, "user_version") == 1
        assert connection.execute("SELECT name FROM run").fetchone() == ("golden",)
    before = backup.stat().st_mtime_ns
    open_writer(golden, newer).close()
    assert backup.stat().st_mtime_ns == before, "an up-to-date file is not backed up again"


def test_a_migration_that_fails_leaves_the_old_file(golden: Path) -> None:
    with pytest.raises(StoreError, match="no_such_table"):
        open_writer(golden, (*MIGRATIONS[:1], _break_down))
    with closing(open_reader(golden, MIGRATIONS[:1])) as connection:
        assert pragma(connection, "user_version") == 1
        assert "note" not in [row[1] for row in connection.execute("PRAGMA table_info(run)")]


# -- at the same time --------------------------------------------------------------------------------------


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_writer(file)) as connection:
        connection.execute("CREATE TABLE t (x INTEGER) STRICT")
        yield connection


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def test_an_open_reading_transaction_does_not_block_the_writer(file: Path, writer: sqlite3.Connection) -> None:
    with closing(open_reader(file)) as reader:
        reader.execute("BEGIN")
        assert count(reader) == 0
        with transaction(writer):
            writer.execute("INSERT INTO t VALUES (1)")
        assert count(reader) == 0, "it sees the moment it began"
        reader.execute("COMMIT")
        assert count(reader) == 1


def test_an_open_writing_transaction_does_not_block_readers(file: Path, writer: sqlite3.Connection) -> None:
    with transaction(writer):
        writer.execute("INSERT INTO t VALUES (1)")
        with closing(open_reader(file)) as reader:
            assert count(reader) == 0
    with closing(open_reader(file)) as reader:
        assert count(reader) == 1


def test_a_reader_cannot_write(file: Path, writer: sqlite3.Connection) -> None:
    with closing(open_reader(file)) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("INSERT INTO t VALUES (1)")


def test_a_transaction_is_all_or_nothing(writer: sqlite3.Connection) -> None:
    def insert_and_break() -> None:
        with transaction(writer):
            writer.execute("INSERT INTO t VALUES (1)")
            raise KeyError

    with pytest.raises(KeyError):
        insert_and_break()
    assert count(writer) == 0
    assert not writer.in_transaction


def test_a_full_disk_is_told_as_such_and_leaves_nothing_open(writer: sqlite3.Connection) -> None:
    most = pragma(writer, "page_count")
    writer.execute(f"PRAGMA max_page_count = {most}")

    def write_much() -> None:
        with transaction(writer):
            writer.execute("CREATE TABLE more (text TEXT) STRICT")
            writer.executemany("INSERT INTO more VALUES (?)", [("x" * 4000,)] * 50)

    with pytest.raises(sqlite3.OperationalError, match="full"):
        write_much()
    assert not writer.in_transaction
    with transaction(writer):
        writer.execute("INSERT INTO t VALUES (1)")
    assert count(writer) == 1


def test_a_disk_that_is_full_when_a_file_is_opened_is_no_damage(file: Path) -> None:
    open_writer(file).close()
    before = file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(StoreError, match=r"cannot be written: .*Nothing that was finished is lost") as refused:
            open_writer(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert refused.value.exit_code == ExitCode.RESUMABLE
    assert file.read_bytes() == before
    open_writer(file).close()


def test_what_is_shown_of_a_run_is_of_one_moment(rig: Rig) -> None:
    rig.run(FakeExecutor())
    with rig.reader() as held, closing(Store(rig.directory.database)) as store:
        held.hold()
        known = len(standings(held))
        store.propose(NewIndividual(store.next_number(), 0, 99, "mutate", "fake", (0,), "1/0/99", 1))
        assert len(held.individuals()) == known
        assert len(store.individuals()) == known + 1
