"""Looking at a run without ever touching it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import TracebackType

from ge_tui.errors import UserError
from ge_tui.run.store.blobs import damaged_texts
from ge_tui.run.store.connection import StoreError, is_disk_error, open_reader
from ge_tui.run.store.queries import Queries

_BY_DAMAGE = (sqlite3.Error, ValueError, LookupError, TypeError, AttributeError)
"""What reading values may raise that are not what was written."""


class RunReader(Queries):
    """A read-only view of a run; works while the engine writes.

    Raises StoreError; as a context manager also for damage that is found while reading, be it by a value that
    cannot be what was written.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(open_reader(file))
        self._file = file

    def close(self) -> None:
        """Nothing is read afterwards."""
        self._connection.close()

    def hold(self) -> None:
        """What is read from here on is of one moment, though an engine may be at work."""
        self._connection.execute("BEGIN")

    def __enter__(self) -> RunReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        damage = "" if error is None or isinstance(error, UserError) else self._damage(error)
        self.close()
        if damage:
            raise StoreError(f"{self._file} cannot be read: {damage}") from error

    def _damage(self, error: BaseException) -> str:
        """What is wrong with the file, if that is what an error comes from; empty: it is something else."""
        if isinstance(error, sqlite3.Error) and is_disk_error(error):
            return str(error)
        if not isinstance(error, _BY_DAMAGE):
            return ""
        try:
            with closing(sqlite3.connect(":memory:")) as copy:
                self._connection.backup(copy)  # a connection that only reads does not look at what columns may hold
                checked = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
                texts = damaged_texts(copy)
        except (sqlite3.Error, UnicodeDecodeError) as worse:
            return str(worse)
        if checked != "ok":
            return f"it is damaged ({checked.splitlines()[-1]}); bring it back from a backup"
        return f"a text in it is damaged (blob {texts[0]}); bring it back from a backup" if texts else ""
