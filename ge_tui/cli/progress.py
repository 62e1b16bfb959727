"""What a headless run shows: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ge_tui.cli.output import one_line, print_all_the_same
from ge_tui.run.directory import RunDirectory
from ge_tui.run.engine.pool import Pool
from ge_tui.run.objectives import objectives_from
from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.summary import format_metric

_SHOWN = 10
_REFRESH_S = 0.25
_WORTH_A_LINE = 5_000_000


class DownloadLine:
    """Progress of a data set's preparation: a line that changes on a terminal, one every few seconds elsewhere.

    Nothing is said of what is ready in a moment.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._last = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        finished = total is not None and done >= total
        live = sys.stderr.isatty()
        if (
            self._quiet
            or (total is not None and total < _WORTH_A_LINE)
            or (not finished and now - self._last < (0.2 if live else 5))
        ):
            return
        self._last = now
        part = f" of {total / 1e6:.0f}" if total else ""
        text = f"preparing data: {done / 1e6:.0f}{part} MB"
        print(
            f"\r{text}" if live else text,
            end="\n" if finished or not live else "",
            file=sys.stderr,
            flush=True,
        )


class Progress:
    """Shows nothing; the base of those that do."""

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def on_event(self, event: EventRow) -> None:
        """Called after each commit."""

    def note(self, text: str) -> None:
        print_all_the_same(text, sys.stderr)


class PlainProgress(Progress):
    """A line for what matters, for log files and pipes."""

    def __init__(self, directory: RunDirectory) -> None:
        print_all_the_same(f"run {directory.name} in {directory.path}")

    def on_event(self, event: EventRow) -> None:
        line = _LINES.get(event.kind, _no_line)(event)
        if line:
            clock = time.strftime("%H:%M:%S", time.localtime(event.at))
            print_all_the_same(f"{clock}  {line}")


def _no_line(_event: EventRow) -> str:
    return ""


def _evaluated(event: EventRow) -> str:
    metrics = event.payload["metrics"]
    shown = "  ".join(f"{name} {format_metric(name, metrics[name])}" for name in ("accuracy", "loss", "params"))
    return f"#{event.individual} evaluated: {shown}  ({event.payload['wall_s']:.1f} s)"


def _generation(event: EventRow) -> str:
    p = event.payload
    return (
        f"generation {p['generation']} closed: {p['evaluated']} evaluated, {p['failed']} failed, "
        f"{p['duplicates']} duplicates; front of {p['front']}, hypervolume {p['hypervolume']:.5f}"
    )


_LINES: dict[str, Callable[[EventRow], str]] = {
    "evaluated": _evaluated,
    "failed": lambda e: f"#{e.individual} failed ({e.payload['outcome']}): {one_line(e.payload['reason'])}",
    "duplicate": lambda e: f"#{e.individual} is a duplicate of #{e.payload['of']} (by {e.payload['how']})",
    "rejected": lambda e: f"#{e.individual} rejected: {one_line(e.payload['reason'])}",
    "generation_closed": _generation,
    "all_failed": lambda e: f"every child of generation {e.payload['generation']} failed; going on with those before",
    "control": lambda e: f"control {e.payload['key']}: {e.payload['old']} -> {e.payload['new']} ({e.payload['actor']})",
    "control_refused": lambda e: f"control refused: {one_line(e.payload['reason'])}",
    "recovered": lambda e: f"resumed; {e.payload['lost']} cut off in mid-training" if e.payload["lost"] else "",
    "run_failed": lambda e: f"the run failed: {one_line(e.payload['reason'], 1000)}",
}


class LiveProgress(Progress):
    """The front, what runs and the last lines, redrawn a few times a second from the store."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, transient=False)
        self._running: dict[int, tuple[float, str]] = {}
        self._log: list[str] = []
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
        self._log.append(text)
        self._draw(force=True)

    def on_event(self, event: EventRow) -> None:
        number = event.individual
        if number is not None and event.kind == "training":
            self._running[number] = (event.at, "training")
        elif number is not None and event.kind == "progress" and number in self._running:
            p = event.payload
            seen = f"step {p['step']}  train loss {p['train_loss']:.3f}"
            if p["accuracy"] is not None:
                seen += f"  accuracy {p['accuracy']:.4f}"
            self._running[number] = (self._running[number][0], seen)
        elif number is not None and event.kind in ("evaluated", "failed", "interrupted"):
            self._running.pop(number, None)
        line = _LINES.get(event.kind, _no_line)(event)
        if line:
            self._log = [*self._log[-50:], line]
        self._draw(force=event.kind in ("generation_closed", "run_finished"))

    def _draw(self, *, force: bool = False) -> None:
        now = time.monotonic()
        if self._reader is None or (not force and now - self._drawn < _REFRESH_S):
            return
        self._drawn = now
        try:
            self._live.update(Group(*self._parts(self._reader)), refresh=True)
        except OSError:  # the terminal is gone; the run is not
            self._close()

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _parts(self, reader: RunReader) -> list[RenderableType]:
        run = reader.run()
        generations = reader.generations()
        closed = [row for row in generations if row.closed_at is not None]
        planned = int(run.settings["search"]["generations"]) + 1
        bar = Table.grid(padding=(0, 1))
        volume = f"hypervolume {closed[-1].hypervolume:.5f}" if closed else "hypervolume -"
        bar.add_row(
            Text(run.name, style="bold"), ProgressBar(planned, len(closed), width=24),
            f"generation {max(0, len(generations) - 1)} of {planned - 1}",
            f"{reader.count_evaluations()} evaluated", volume,
        )  # fmt: skip
        parts: list[RenderableType] = [bar, front_table(reader, run.objectives)]
        for number, (since, seen) in sorted(self._running.items()):
            parts.append(Text(f"  #{number} {time.time() - since:4.0f} s  {seen}", style="cyan"))
        room = max(3, min(8, self._console.height - 10 - len(self._running) - _SHOWN))
        parts += [Text(line, style="dim", overflow="ellipsis", no_wrap=True) for line in self._log[-room:]]
        return parts


def front_table(reader: RunReader, objectives: list[dict[str, Any]], shown: int = _SHOWN) -> Table:
    """The archive of a run, best by its first objective first."""
    names = [row["name"] for row in objectives]
    columns = [*names, *(["loss"] if "loss" not in names else [])]
    table = Table(box=None, header_style="bold", title="front", title_justify="left", title_style="bold")
    table.add_column("#", justify="right")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column("made by")
    table.add_column("parents")
    front = Pool(reader, objectives_from(objectives)).front
    for candidate in front[:shown]:
        row = reader.individual(candidate.number)
        values = [format_metric(name, candidate.metrics.get(name)) for name in columns]
        parents = " x ".join(f"#{parent}" for parent in row.parents) if row else ""
        table.add_row(str(candidate.number), *values, row.operator if row else "", parents)
    if len(front) > shown:
        table.caption = f"and {len(front) - shown} more"
    return table
