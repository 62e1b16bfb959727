"""Draw the pictures of the README from a run: python docs/make_pictures.py RUN_DIRECTORY"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console, Group

from ge_tui.cli.live import RunView
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader

WIDTH, HEIGHT = 96, 40


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


if __name__ == "__main__":
    draw(Path(sys.argv[1]), Path(__file__).parent / "images" / "run.svg")
