"""The LLM pane in an app of its own, and what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.llm.pane import LlmPane
from ge_tui.tui.text.view import TextView
from ge_tui.tui.watch import Update
from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.one_row import OneRow
from tests.tui.rig import PaneApp, Watching


class LlmApp(PaneApp):
    def __init__(self, watching: Watching) -> None:
        super().__init__(LlmPane(watching))
        self.watching = watching
        self.copied = ""

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text

    @property
    def list(self) -> LineList:
        return next(one for one in self.query(LineList) if one.display)

    @property
    def view(self) -> TextView:
        return self.query_one(TextView)

    @property
    def reads(self) -> bool:
        """Whether there is text in sight."""
        reader = self.view.parent
        return reader is not None and bool(getattr(reader, "display", False))

    def text(self) -> str:
        return "\n".join(self.view.render_line(y).text.rstrip() for y in range(self.view.size.height))

    def row(self, name: str) -> str:
        row = self.query_one(f"#llm-{name}", OneRow)
        return row.render_line(0).text.rstrip() if row.display else ""

    def news(self, **what: object) -> None:
        """Something new in the run."""
        self.pane.refresh_from(self.watching.model.apply(Update(**what)))  # type: ignore[arg-type]

    async def look(self) -> None:
        change = await self.watching.look()
        if change:
            self.pane.refresh_from(change)


@asynccontextmanager
async def opened(
    directory: RunDirectory, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[LlmApp, Pilot[None]]]:
    watching = Watching(directory)
    await watching.look()
    app = LlmApp(watching)
    async with app.run_test(size=size) as pilot:
        await settled(app, pilot)
        yield app, pilot
    await watching.feed.close()


async def settled(app: LlmApp, pilot: Pilot[None]) -> None:
    """Wait for what is being fetched."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def until(condition: Callable[[], bool], app: LlmApp, pilot: Pilot[None], seconds: float = 20) -> None:
    """Look at the run again and again until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await app.look()
            await pilot.pause(0.02)
