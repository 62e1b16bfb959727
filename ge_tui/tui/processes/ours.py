"""Commands of ours, run beside the screen: waited for on the loop, ended with all that they started."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_PATIENCE_S = 2.0


@asynccontextmanager
async def our_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m ...` in a session of its own; gone when the block is left, however that happens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=1 << 24,
    )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask as Ctrl-C does, so that it cleans up; then insist."""
    if process.returncode is not None:
        return
    _signal(process, signal.SIGINT)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await process.wait()
    except TimeoutError:
        _signal(process, signal.SIGKILL)
        await process.wait()
    except asyncio.CancelledError:  # the whole app ends
        _signal(process, signal.SIGKILL)
        raise


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def last_line(words: bytes) -> str:
    """What a command said last on standard error: its message."""
    lines = [line for line in words.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("ge-tui: ") if lines else ""
