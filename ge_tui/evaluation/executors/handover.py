"""Bytes that a child gets when it is ready for them, and not before."""

from __future__ import annotations

import os
import threading
from contextlib import suppress


class Handover:
    """A pipe into a child: its reading end goes with the job, what is given is written by a thread of its own."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self._giving: threading.Thread | None = None

    def fileno(self) -> int:
        """The end that the child reads."""
        return self._read

    def give(self, data: bytes) -> None:
        """All there is to give; once."""
        self._giving = threading.Thread(target=self._give, args=(data,), daemon=True)
        self._giving.start()

    def close(self) -> None:
        """To be called when the child has ended, whether or not it has taken anything."""
        os.close(self._read)  # a child that ended in the middle leaves the thread waiting for a reader
        if self._giving is None:
            os.close(self._write)
        else:
            self._giving.join()

    def _give(self, data: bytes) -> None:
        with suppress(BrokenPipeError), os.fdopen(self._write, "wb", buffering=0) as pipe:
            view = memoryview(data)
            while view:
                view = view[pipe.write(view) :]
