"""Looking at a run without ever touching it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from ge_tui.run.store.connection import StoreError, is_disk_error, open_reader
from ge_tui.run.store.queries import Queries


class RunReader(Queries):
    """A read-only view of a run; works while the engine writes.

    Raises StoreError; as a context manager also for damage that is found while reading.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(open_reader(file))
        self._file = file

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> RunReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        if isinstance(error, sqlite3.Error) and is_disk_error(error):
            raise StoreError(f"{self._file} cannot be read: {error}") from error
