"""Draw the pictures of the README from a run: python docs/make_pictures.py RUN_DIRECTORY [KEY ...]

The keys are pressed in the app before its picture is taken.
"""

from __future__ import annotations

import asyncio
import io
import sys
from pathlib import Path

from rich.console import Console, Group

from ge_tui.cli.live import RunView
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from ge_tui.tui.app import GeTui

WIDTH, HEIGHT = 96, 40
APP = (150, 44)


def draw(run: Path, target: Path) -> None:
    """What `ge-tui run` showed when its run had ended."""
    directory = RunDirectory(run)
    view = RunView()
    with RunReader(directory.database) as reader:
        for event in reader.events():
            view.take(event)
        console = Console(record=True, width=WIDTH, force_terminal=True, file=io.StringIO())
        console.print(Group(*view.parts(reader, HEIGHT)))
    console.save_svg(str(target), title=f"ge-tui run --name {directory.name}")


async def photograph(run: Path, target: Path, keys: list[str]) -> None:
    """The app on a run."""
    app = GeTui(run.parent, RunDirectory(run))
    async with app.run_test(size=APP) as pilot:
        await pilot.pause(2)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        await pilot.pause(1)
        target.write_text(app.export_screenshot(title="ge-tui"), encoding="utf-8")


if __name__ == "__main__":
    images = Path(__file__).parent / "images"
    draw(Path(sys.argv[1]), images / "run.svg")
    asyncio.run(photograph(Path(sys.argv[1]), images / "app.svg", sys.argv[2:]))
