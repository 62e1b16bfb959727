"""Asking a job to end from another thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Cancellation:
    """Belongs to one job, so that asking too early still ends it and asking too late ends no other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._wake: int | None = None

    @property
    def asked(self) -> bool:
        """Whether the job is to end."""
        return self._asked

    def ask(self) -> None:
        """From any thread; before, during or after the job."""
        with self._lock:
            self._asked = True
            if self._wake is not None:
                os.write(self._wake, b"x")

    @contextmanager
    def watched(self) -> Iterator[int]:
        """A descriptor that is readable from the moment of asking; for one watcher."""
        read, write = os.pipe()
        try:
            with self._lock:
                self._wake = write
                if self._asked:
                    os.write(write, b"x")
            yield read
        finally:
            with self._lock:
                self._wake = None
            os.close(read)
            os.close(write)
