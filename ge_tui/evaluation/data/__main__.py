"""`python -m ge_tui.evaluation.data NAME`: make a data set ready, told as JSON lines, for the screen.

A process of its own can be ended at any moment, even while a server says nothing; what was fetched is kept.
"""

from __future__ import annotations

import json
import sys
import time

from ge_tui.errors import UserError
from ge_tui.evaluation.data import prepare

_EVERY_S = 0.2


class Lines:
    """Bytes done and bytes there are, a few times a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _EVERY_S
            _say({"done": done, "total": total})


def main(name: str) -> int:
    """The exit code; the last line is the end: `ready` or `problem`."""
    try:
        _say({"ready": prepare(name, on_progress=Lines()).name})
    except UserError as error:
        _say({"problem": str(error)})
        return int(error.exit_code)
    return 0


def _say(values: dict[str, object]) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
