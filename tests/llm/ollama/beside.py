"""The server of our own on a thread beside the test, for commands that bring a loop of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .llama import Llama
from .script import Script
from .server import FakeOllama


@contextmanager
def serving(script: Script, engine: Llama | None = None) -> Iterator[FakeOllama]:
    """A server that answers until the end of the block; its engine is closed with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = FakeOllama(script, engine)

    async def end() -> None:
        await server.close()
        if engine is not None:
            await engine.close()

    asyncio.run_coroutine_threadsafe(server.listen(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
