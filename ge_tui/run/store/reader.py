"""Looking at a run without ever touching it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from ge_tui.run.store.connection import open_reader
from ge_tui.run.store.queries import Queries


class RunReader(Queries):
    """A read-only view of a run; works while the engine writes. Raises StoreError."""

    def __init__(self, file: Path) -> None:
        super().__init__(open_reader(file))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> RunReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
