"""A run's store, to be written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import Store


@contextmanager
def opened(directory: RunDirectory) -> Iterator[Store]:
    """The store, while nobody else has the run open; one that an older version wrote is brought up to date.

    Raises RunBusyError, StoreError.
    """
    with directory.locked(), closing(Store(directory.database)) as store:
        yield store
