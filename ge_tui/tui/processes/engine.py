"""Starting an engine for a run: a process in a session of its own, which outlives the screen."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ge_tui.errors import ExitCode
from ge_tui.run.directory import RunDirectory

LOG = "engine.log"
"""What the engine prints, in the run's folder: its events as JSON lines, and its last words."""
_PROBLEMS = (ExitCode.FAILED, ExitCode.USAGE, ExitCode.NOT_READY, ExitCode.RESUMABLE)
"""What an engine ends with that has something to say: it may not even have begun."""
_ENDED = ("finished", "stopped", "failed", "crashed", "new")
_BAD = ("failed", "crashed", "new")
_LEAST_FREE = 1 << 20
"""With fewer bytes than this a run's database can hardly grow."""


def start_engine(directory: RunDirectory, changes: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Begin or resume a run in the background; `changes` are options of `ge-tui run`. Raises OSError.

    `multiprocessing` fails inside a Textual app, whose standard error has no descriptor.
    """
    command = [sys.executable, "-P", "-m", "ge_tui", "run", "--resume", directory.name, "--json"]
    command += ["--runs", str(directory.path.parent), *changes]
    with (directory.path / LOG).open("wb") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=Path.home()
        )


class OwnEngine:
    """The engine that this screen started, if it did, and whether the end of the run was told of already."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._told = False
        self._lived = False
        """Whether the run was seen at work since it last ended."""
        self._silent = False

    def start(self, changes: Sequence[str] = ()) -> None:
        """Raises OSError."""
        self._process = start_engine(self._directory, changes)
        self._told, self._silent = False, True

    @property
    def is_starting(self) -> bool:
        """Whether it was begun and has not said a word yet."""
        return self._silent and self.works

    @property
    def works(self) -> bool:
        """Whether it works still. Asking is also what leaves nothing of an engine that ended."""
        return self._process is not None and self._process.poll() is None

    def has_just_ended(self, status: str) -> bool:
        """Whether the run, by the status it has now, has come to its end; once for each end."""
        if status not in _ENDED:
            self._told, self._lived, self._silent = False, True, False
            return False
        is_news = not self._told and (self._lived or (self._process is not None and not self.works))
        if is_news:
            self._told, self._lived = True, False
        return is_news

    def ended_badly(self, status: str) -> bool:
        """Whether that end wants to be looked at."""
        return status in _BAD or (self._process is not None and self._process.returncode in _PROBLEMS)


def last_words(directory: RunDirectory) -> str:
    """Why the engine ended, where it said so: the last line that is not an event; on a full disk it could not."""
    try:
        lines = (directory.path / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    spoken = [line for line in lines if line.strip() and not line.startswith("{")]
    return spoken[-1].removeprefix("ge-tui: ") if spoken else _full_disk(directory)


def _full_disk(directory: RunDirectory) -> str:
    """A sentence where nothing can be written any more; empty where it can."""
    try:
        free = shutil.disk_usage(directory.path).free
    except OSError:
        return ""
    said = f"the disk is full: {free // 1000:,} kB are free where the run lies, {directory.path}"
    return f"{said}. Make room, then resume it" if free < _LEAST_FREE else ""
