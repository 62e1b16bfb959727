"""Opening the run's database: who may write, what is refused, how an older one is brought up to date.

One connection writes (synchronous=FULL, BEGIN IMMEDIATE); any number read. Python's own SQLite may be old
enough to have the WAL-reset bug (fixed in 3.51.3), which needs two writing connections: there is only one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ge_tui.errors import ExitCode, UserError

APPLICATION_ID = 0x47455455
"""`GETU`, written into the file's header."""

_UNUSABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises when it is opened; SQLite may quote bytes of it that are no text."""

Migration = Callable[[sqlite3.Connection], None]


class StoreError(UserError):
    """A database that cannot be used: foreign, newer, damaged, or in the wrong place."""


class StoreDiskError(StoreError):
    """The disk gave out while a database was opened; what is in it is whole, and resuming goes on."""

    exit_code = ExitCode.RESUMABLE


_DISK = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})


def _script(name: str) -> Migration:
    """A step that is a file of SQL statements."""

    def run(connection: sqlite3.Connection) -> None:
        for statement in Path(__file__).with_name(name).read_text(encoding="utf-8").split(";\n"):
            connection.execute(statement)

    return run


MIGRATIONS: tuple[Migration, ...] = tuple(_script(f"schema_v{n}.sql") for n in (1, 2, 3, 4, 5, 6))
"""Step n brings a database from version n to n + 1; each runs in a transaction of its own."""


def open_writer(file: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> sqlite3.Connection:
    """The one writing connection; creates the file, or brings an older one up to date after a backup.

    The caller holds the run's lock. Raises StoreError.
    """
    connection = sqlite3.connect(file, isolation_level=None, timeout=10)
    try:
        version = _check(connection, file, migrations)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if version:
            _refuse_damaged(connection, file)
        if 0 < version < len(migrations):
            _back_up(connection, file, version)
        _migrate(connection, version, migrations)
    except _UNUSABLE as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK:
            raise StoreDiskError(f"{file} cannot be written: {error}. Nothing that was finished is lost") from error
        raise StoreError(f"{file} cannot be used: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(file: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> sqlite3.Connection:
    """A read-only connection; never blocks the writer. Raises StoreError.

    A file of an older format is not touched: what is read is a copy of it in memory, brought up to date.
    """
    if not file.is_file():
        raise StoreError(f"no run database at {file}")
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)
    try:
        version = _check(connection, file, migrations)
        connection.execute("PRAGMA query_only = ON")
        if not version:
            raise StoreError(f"{file} is empty: the run was cut off while it was made; delete {file.parent}")
        if version < len(migrations):
            connection = _copy_up_to_date(connection, version, migrations)
    except _UNUSABLE as error:
        connection.close()
        raise StoreError(f"{file} cannot be used: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, version: int, migrations: tuple[Migration, ...]) -> None:
    for number in range(version, len(migrations)):
        with transaction(connection):
            migrations[number](connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number + 1}")


def _copy_up_to_date(old: sqlite3.Connection, version: int, migrations: tuple[Migration, ...]) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        old.backup(copy)
        _migrate(copy, version, migrations)
    except BaseException:
        copy.close()
        raise
    copy.execute("PRAGMA query_only = ON")
    old.close()
    return copy


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing. IMMEDIATE: a deferred transaction that turns to writing can fail in mid-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back by itself where the disk gives out
            connection.execute("ROLLBACK")
        raise


def is_disk_error(error: BaseException) -> bool:
    """Whether a failure lies in the disk or the file (full, read-only, damaged, locked), not in the program."""
    kinds = OSError | sqlite3.OperationalError | StoreDiskError
    return isinstance(error, kinds) or type(error) is sqlite3.DatabaseError


def _check(connection: sqlite3.Connection, file: Path, migrations: tuple[Migration, ...]) -> int:
    """The file's schema version; 0 for a new, empty file. Raises StoreError for what is not ours."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != APPLICATION_ID and (application or version or tables):
        raise StoreError(f"{file} is a database of another program; it was not touched")
    if version > len(migrations):
        raise StoreError(
            f"{file} was written by a newer version of ge-tui (format {version}, this one knows {len(migrations)}); "
            "it was not touched. Update ge-tui to open it"
        )
    return version


def _refuse_damaged(connection: sqlite3.Connection, file: Path) -> None:
    """Nothing is added to a file that has lost pages. Reads the whole file: 20 ms for a run of 1,000 children."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"{file} is damaged ({str(found).splitlines()[-1]}); bring it back from a backup")


def _back_up(connection: sqlite3.Connection, file: Path, version: int) -> None:
    target = file.with_suffix(f"{file.suffix}.v{version}.bak")
    target.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(target),))
