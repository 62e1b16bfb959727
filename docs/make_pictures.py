"""Take the pictures of the README: python docs/make_pictures.py RUN_DIRECTORY [RUN_DIRECTORY_WITH_A_LANGUAGE_MODEL]

What each picture shows is the keys that are pressed before it is taken.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ge_tui.run.directory import RunDirectory
from ge_tui.tui.app import GeTui

IMAGES = Path(__file__).parent / "images"


@dataclass(frozen=True)
class Picture:
    """One file: its size in cells, and how the app comes to look like that."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]


OF_A_RUN = (
    Picture("app", (150, 44), ("7",)),
    Picture("diff", (110, 30), ("G", "2", "z")),
    Picture("lineage", (110, 20), ("G", "k", "6", "v", "z")),
)
OF_A_MODEL = (Picture("llm", (110, 34), ("4", "z", "c")),)


async def photograph(run: Path, picture: Picture) -> None:
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()  # the app remembers how it was left
    app = GeTui(run.parent, RunDirectory(run))
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause(2)
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        await pilot.pause(1)
        drawn = app.export_screenshot(title="ge-tui")
    (IMAGES / f"{picture.name}.svg").write_text(drawn, encoding="utf-8")


async def photograph_all(runs: list[Path]) -> None:
    for run, pictures in zip(runs, (OF_A_RUN, OF_A_MODEL), strict=False):
        for picture in pictures:
            await photograph(run, picture)


if __name__ == "__main__":
    asyncio.run(photograph_all([Path(name) for name in sys.argv[1:]]))
