"""Work that the user can interrupt: Ctrl-C, a closed terminal, or a request to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_interrupted(work: Coroutine[Any, Any, T], on_signal: Callable[[], None] = lambda: None) -> T | None:
    """What came of the work; None where the user interrupted it.

    It is cancelled once: a second Ctrl-C must not cut its cleaning up short. `on_signal` is called each time.
    """

    async def main() -> T | None:
        task = asyncio.ensure_future(work)
        interrupted = False

        def interrupt() -> None:
            nonlocal interrupted
            if not interrupted:
                interrupted = True
                task.cancel()
            on_signal()

        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, interrupt)
        try:
            return await task
        except asyncio.CancelledError:
            if not interrupted:
                raise
            return None

    try:
        return asyncio.run(main())
    except KeyboardInterrupt:  # before the handlers were in place
        work.close()
        return None
