"""How a headless run tells of itself: not at all, or in plain lines. On a terminal see `live`."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from ge_tui.cli.output import print_all_the_same
from ge_tui.run.directory import RunDirectory
from ge_tui.run.event_lines import line_of
from ge_tui.run.store import EventRow


class Progress:
    """Shows nothing; the base of those that do."""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def on_event(self, event: EventRow) -> None:
        """Called after each commit."""

    def note(self, text: str) -> None:
        """Something that is no event of the run."""
        print_all_the_same(text, sys.stderr)


class PlainProgress(Progress):
    """A line for what matters, for log files and pipes."""

    def __init__(self, directory: RunDirectory) -> None:
        print_all_the_same(f"run {directory.name} in {directory.path}")

    def on_event(self, event: EventRow) -> None:
        """Print its line, where it is worth one."""
        line = line_of(event)
        if line:
            clock = time.strftime("%H:%M:%S", time.localtime(event.at))
            print_all_the_same(f"{clock}  {line}")
