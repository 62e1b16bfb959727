"""Work that the user can interrupt: Ctrl-C, a closed terminal, or a request to end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ge_tui.cli.signals import ending_signals

T = TypeVar("T")


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

        for number in ending_signals():
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
