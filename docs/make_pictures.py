"""Draw the pictures of the README from a run: python docs/make_pictures.py RUN_DIRECTORY"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console, Group

from ge_tui.cli.progress import LiveProgress
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader

WIDTH = 96


def draw(run: Path, target: Path) -> None:
    """What `ge-tui run` showed when its run had ended."""
    directory = RunDirectory(run)
    display = LiveProgress(directory)
    with RunReader(directory.database) as reader:
        for event in reader.events():
            display.take(event)
        console = Console(record=True, width=WIDTH, force_terminal=True, file=Path("/dev/null").open("w"))
        console.print(Group(*display.parts(reader)))
    console.save_svg(str(target), title=f"ge-tui run --name {directory.name}")


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(__file__).parent / "images" / "run.svg")
