"""What is shown while a model is fetched."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from ge_tui.cli.output import print_all_the_same
from ge_tui.llm.ollama import OnProgress, PullProgress
from ge_tui.run.store.values import to_json

_EVERY_S = 5.0


@contextlib.contextmanager
def pull_display(name: str, *, as_json: bool) -> Iterator[OnProgress]:
    """A bar on a terminal; elsewhere a line for each step and every few seconds; JSON: an object a line."""
    if as_json:
        yield _Objects()
    elif sys.stdout.isatty():
        with _bar() as bar:
            yield _Bar(bar, name)
    else:
        yield _Lines()


def _bar() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    return Progress(*columns, TimeRemainingColumn(), console=Console())


class _Bar:
    def __init__(self, bar: Progress, name: str) -> None:
        self._bar = bar
        self._task = bar.add_task(name, total=None)

    def __call__(self, report: PullProgress) -> None:
        total = report.total_bytes or None
        self._bar.update(self._task, completed=report.completed_bytes, total=total, description=report.status)


class _Lines:
    """Bytes at most every few seconds; the server reports sixteen times a second."""

    def __init__(self) -> None:
        self._step = ""
        self._at = 0.0

    def __call__(self, report: PullProgress) -> None:
        now = time.monotonic()
        if report.status == self._step and now - self._at < _EVERY_S:
            return
        self._step, self._at = report.status, now
        print_all_the_same(_said(report))


class _Objects:
    def __init__(self) -> None:
        self._last: PullProgress | None = None

    def __call__(self, report: PullProgress) -> None:
        if report != self._last:
            done, total = report.completed_bytes, report.total_bytes
            print_all_the_same(to_json({"status": report.status, "completed_bytes": done, "total_bytes": total}))
        self._last = report


def _said(report: PullProgress) -> str:
    if not report.total_bytes:
        return report.status
    amount = f"{report.completed_bytes / 1e6:,.0f} of {report.total_bytes / 1e6:,.0f} MB"
    return f"{report.status}: {amount} ({report.fraction:.0%})"
