"""The way from a form in which all is right to a run on disk: its data is made ready on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from ge_tui.run.directory import RunDirectory
from ge_tui.settings import Settings
from ge_tui.tui.new_run import starting
from ge_tui.tui.new_run.look import Look
from ge_tui.tui.new_run.preparing import bytes_line, make_ready
from ge_tui.tui.screens.dialogs import Choice


class Launch:
    """Makes one run; may be cancelled at any moment."""

    def __init__(self, app: App[object], wanted: Look, runs: Path, say: Callable[[str], None]) -> None:
        """`wanted` is what was found to be right; `say` is told how far it is."""
        self._app = app
        self._wanted = wanted
        self._runs = runs
        self._say = say

    async def begin(self, base: Settings, name: str, *, fetching: bool) -> RunDirectory | None:
        """The run; None where the user would rather not fetch its data. `fetching`: that is on its way already.

        Raises NameTakenError, UserError.
        """
        if not fetching and not await self._may_fetch():
            return None
        if await asyncio.to_thread(starting.needs_making, self._wanted.data):
            self._say("the data is being made ready ...")
            await make_ready(self._wanted.data, self._on_bytes)
        self._say("the run is being made ...")
        return await asyncio.to_thread(starting.begin, self._wanted.settings, base, self._runs, name)

    async def _may_fetch(self) -> bool:
        """Nothing is downloaded that was not asked for."""
        data, size = self._wanted.data, self._wanted.download_bytes
        if not size:
            return True
        answers = [("fetch", f"fetch it ({size / 1e6:.0f} MB), then start"), ("", "stay here")]
        answer = await self._app.push_screen_wait(Choice(f"{data} is not on this machine.", answers))
        return bool(answer)

    def _on_bytes(self, done: int, total: int | None) -> None:
        self._say(f"the data is being made ready: {bytes_line(done, total)}")
