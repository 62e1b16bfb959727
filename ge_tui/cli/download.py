"""What is shown while a data set is made ready."""

from __future__ import annotations

import sys
import time

_WORTH_A_LINE = 5_000_000


class DownloadLine:
    """Progress of a data set's preparation: a line that changes on a terminal, one every few seconds elsewhere.

    Nothing is said of what is ready in a moment.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._last = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        finished = total is not None and done >= total
        live = sys.stderr.isatty()
        if (
            self._quiet
            or (total is not None and total < _WORTH_A_LINE)
            or (not finished and now - self._last < (0.2 if live else 5))
        ):
            return
        self._last = now
        part = f" of {total / 1e6:.0f}" if total else ""
        text = f"preparing data: {done / 1e6:.0f}{part} MB"
        print(
            f"\r{text}" if live else text,
            end="\n" if finished or not live else "",
            file=sys.stderr,
            flush=True,
        )
