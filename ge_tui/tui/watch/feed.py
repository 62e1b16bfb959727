"""The bridge from a run's store to the screen: one thread that owns the connection, and a look a few times a second."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from ge_tui.errors import UserError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader, StoreError
from ge_tui.tui.watch.look import Look
from ge_tui.tui.watch.values import Update

T = TypeVar("T")
_ALIVE_S = 1.0
"""How often the run's lock is asked whether an engine holds it."""


class Feed:
    """Everything a screen reads of a run goes through here; nothing blocks the event loop."""

    def __init__(self, directory: RunDirectory) -> None:
        self.directory = directory
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="alive")
        self._reader: RunReader | None = None
        self._look: Look | None = None
        self._alive: bool | None = None
        self._asked_at = -_ALIVE_S

    async def poll(self) -> Update:
        """What is new since the last time. Never raises for a run that cannot be read: the update says why."""
        alive = await self._news_of_the_engine()
        if alive:
            await self._in_thread(self._forget)
        update = await self._in_thread(self._again)
        return replace(update, alive=alive)

    async def ask(self, question: Callable[[RunReader], T]) -> T:
        """Answer a question of the screen's own, as for a source text. Raises UserError."""
        return await self._in_thread(lambda: question(self._opened()))

    async def close(self) -> None:
        """Give the connection back; nothing can be asked any more."""
        await self._in_thread(self._forget)
        self._thread.shutdown(wait=False)
        self._asking.shutdown(wait=False)

    async def _news_of_the_engine(self) -> bool | None:
        """Whether an engine works on the run, where that has changed."""
        now = time.monotonic()
        if now - self._asked_at < _ALIVE_S:
            return None
        self._asked_at = now
        alive = await asyncio.get_running_loop().run_in_executor(self._asking, self.directory.is_open)
        if alive == self._alive:
            return None
        self._alive = alive
        return alive

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _again(self) -> Update:
        try:
            reader = self._opened()
            if self._look is None:
                self._look = Look(reader)
            return self._look.again()
        except (UserError, sqlite3.Error) as error:
            self._forget()
            return Update(trouble=str(error))

    def _opened(self) -> RunReader:
        """The open reader. Raises StoreError where the run's file is gone or cannot be used."""
        if not self.directory.database.is_file():
            raise StoreError(f"the run's file is gone: {self.directory.database}")
        if self._reader is None:
            self._reader = RunReader(self.directory.database)
        return self._reader

    def _forget(self) -> None:
        """Open anew at the next look: an engine that began may have brought the file to a newer format."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._look = None
