"""A controls pane before a real run folder, whose requests a real control board answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from ge_tui.run import inbox
from ge_tui.run.controls import ControlBoard, check_controls, flatten
from ge_tui.tui.controls import pane as pane_module
from ge_tui.tui.controls.lines import Line
from ge_tui.tui.controls.pane import ControlsPane
from tests.run.fakes import FastStore, Rig, settings_of
from tests.tui.rig import PaneApp, Watching, environment

REST_S = pane_module.REST_S


@dataclass
class Stage:
    """What a test does with the pane, and what it sees."""

    pilot: Pilot[None]
    pane: ControlsPane
    watching: Watching
    store: FastStore
    board: ControlBoard

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def rest(self) -> None:
        """Until what was moved is sent."""
        await self.pilot.pause(REST_S + 0.1)

    async def engine(self) -> None:
        """The engine looks at its inbox, and the screen at the run."""
        self.board.refresh()
        await self.look()

    async def look(self) -> None:
        update = await self.watching.feed.poll()
        change = self.watching.model.apply(update)
        self.watching.steering.settle(list(update.controls), list(update.events))
        self.pane.refresh_from(change)
        await self.pilot.pause()

    async def go_to(self, key: str) -> None:
        lines = self.pane.controls.lines
        self.pane.controls.go_to(next(at for at, line in enumerate(lines) if line.id == key))
        await self.pilot.pause()

    async def unfold(self, section: str) -> None:
        await self.go_to(f"§{section}")
        await self.press("right")

    def line(self, key: str) -> Line:
        return next(line for line in self.pane.controls.lines if line.id == key)

    def values(self, table: str) -> dict[str, str]:
        return {line.label: line.value for line in self.pane.controls.lines if line.id.startswith(f"{table}.")}

    def waiting(self) -> list[tuple[str, Any]]:
        """The requests in the inbox."""
        requests = inbox.waiting(self.watching.steering._directory.inbox)
        return [(request.key, request.value) for _, request in requests if not isinstance(request, str)]

    def in_force(self, key: str) -> Any:
        return flatten(self.board.current)[key]

    def shown(self) -> str:
        """Everything on the screen as text."""
        return "\n".join(strip.text for strip in self.pilot.app.screen._compositor.render_strips())


@asynccontextmanager
async def stage(
    base: Path, *assignments: str, size: tuple[int, int] = (100, 40), alive: bool = True
) -> AsyncIterator[Stage]:
    rig = Rig(base, settings_of("llm=ollama:coder:7b", *assignments)).create()
    watching = Watching(rig.directory)
    store = FastStore(rig.directory.database)
    board = ControlBoard(store, rig.directory.inbox, check_controls)
    await watching.look()
    watching.model.alive = alive
    pane = ControlsPane(watching)
    with environment(base):
        async with PaneApp(pane).run_test(size=size) as pilot:
            pane.focus()
            await pilot.pause()
            yield Stage(pilot, pane, watching, store, board)
    store.close()
    await watching.feed.close()
