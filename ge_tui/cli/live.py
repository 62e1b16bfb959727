"""What a headless run shows on a terminal, redrawn a few times a second."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ge_tui.cli.progress import Progress
from ge_tui.cli.tables import front_table
from ge_tui.run.directory import RunDirectory
from ge_tui.run.event_lines import line_of
from ge_tui.run.store import EventRow, RunReader, RunRow
from ge_tui.run.store.records import TRAINING_ENDED

_REFRESH_S = 0.25
_FRONT_SHOWN = 10
_LINES_KEPT = 50


class LiveProgress(Progress):
    """Draws a run's view in place; a terminal that goes away does not end the run."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._view = RunView()
        self._drawn = 0.0
        self._reader: RunReader | None = None

    def __enter__(self) -> LiveProgress:
        self._reader = RunReader(self._directory.database)
        with contextlib.suppress(OSError):
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._draw(force=True)
        with contextlib.suppress(OSError):
            self._live.stop()
        self._close()

    def note(self, text: str) -> None:
        """Something that is no event of the run, among what happened last."""
        self._view.log.append(text)
        self._draw(force=True)

    def on_event(self, event: EventRow) -> None:
        """Take it in, and draw anew where enough time has passed."""
        self._view.take(event)
        self._draw(force=event.kind in ("generation_closed", "run_finished"))

    def _draw(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if self._reader is None or (not force and now - self._drawn < _REFRESH_S):
            return
        self._drawn = now
        try:
            self._live.update(Group(*self._view.parts(self._reader, self._console.height)), refresh=True)
        except OSError:
            self._close()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


class RunView:
    """A run as a few lines: where it is, its front, what is being trained, what happened last."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self._training: dict[int, tuple[float, str]] = {}

    def take(self, event: EventRow) -> None:
        """Take in what happened."""
        number = event.individual
        if number is not None and event.kind == "training":
            self._training[number] = (event.at, "")
        elif number is not None and event.kind == "progress" and number in self._training:
            self._training[number] = (self._training[number][0], _seen(event))
        elif number is not None and event.kind in TRAINING_ENDED:
            self._training.pop(number, None)
        line = line_of(event)
        if line:
            self.log = [*self.log[-_LINES_KEPT:], line]

    def parts(self, reader: RunReader, height: int) -> list[RenderableType]:
        """What to draw, for a terminal of so many lines."""
        run = reader.run()
        parts: list[RenderableType] = [*_head(reader, run), Text(), front_table(reader, run.objectives, _FRONT_SHOWN)]
        if self._training:
            parts.append(Text("in training", style="bold"))
        for number, (since, seen) in sorted(self._training.items()):
            parts.append(_line(f"  #{number:<4} {time.time() - since:5.0f} s  {seen}", "cyan"))
        room = max(3, min(8, height - 12 - len(self._training) - _FRONT_SHOWN))
        return [*parts, Text(), *(_line(text, "dim") for text in self.log[-room:])]


def _head(reader: RunReader, run: RunRow) -> list[RenderableType]:
    """Name and progress, then figures."""
    generations = reader.generations()
    closed = [row for row in generations if row.closed_at is not None]
    planned = int(run.settings["search"]["generations"])
    bar = Table.grid(padding=(0, 2))
    bar.add_column(no_wrap=True, overflow="ellipsis")
    bar.add_column(width=20)
    bar.add_column(no_wrap=True)
    done = ProgressBar(planned + 1, len(closed), width=20)
    bar.add_row(Text(run.name, style="bold"), done, f"generation {max(0, len(generations) - 1)} of {planned}")
    figures = [f"{reader.count_evaluations()} evaluated"]
    if closed:
        figures.append(f"front of {closed[-1].front_size}")
        figures.append(f"hypervolume {closed[-1].hypervolume:.5f}")
    duplicates = sum(row.duplicates or 0 for row in closed)
    if duplicates:
        figures.append(f"{duplicates} duplicates")
    return [bar, _line(f"{run.data['name']}, proposals: {run.settings['llm']};  {',  '.join(figures)}", "dim")]


def _seen(event: EventRow) -> str:
    p = event.payload
    text = f"step {p['step']}  train loss {p['train_loss']:.3f}"
    return text if p["accuracy"] is None else f"{text}  accuracy {p['accuracy']:.4f}"


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, overflow="ellipsis", no_wrap=True)
