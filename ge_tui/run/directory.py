"""A run's directory: where its parts lie, who holds its lock, and how runs are found by name."""

from __future__ import annotations

import difflib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from ge_tui.errors import NotReadyError, UsageError, UserError

_NETWORK_FILE_SYSTEMS = {
    "nfs",
    "nfs4",
    "cifs",
    "smbfs",
    "smb3",
    "9p",
    "fuse.sshfs",
    "lustre",
    "beegfs",
    "afs",
    "ceph",
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class NameTakenError(UsageError):
    """There is a run of this name already."""


class RunBusyError(UserError):
    """Another engine has this run open."""


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The parts of a run on disk."""

    path: Path

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.path.name

    @property
    def database(self) -> Path:
        """The one file that tells all about the run."""
        return self.path / "run.sqlite"

    @property
    def inbox(self) -> Path:
        """Requests to change a control, one file each, on their way to the engine."""
        return self.path / "inbox"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock; the system frees it when the holder dies. Raises RunBusyError."""
        if not self.path.is_dir():  # the lock would make it anew
            raise UserError(
                f"run {self.name} cannot be worked on: {self.path} is gone; `ge-tui runs` lists those that are there"
            )
        lock = FileLock(self.path / "lock")
        try:
            lock.acquire(timeout=0.5)
        except Timeout:
            raise RunBusyError(
                f"run {self.name} is open in another process; `ge-tui show {self.name}` looks at it and "
                f"`ge-tui steer {self.name} stop=now` ends it"
            ) from None
        except OSError as error:
            raise UserError(f"run {self.name} cannot be worked on: {error}") from None
        try:
            yield
        finally:
            lock.release()

    def is_open(self) -> bool:
        """Whether an engine has the run open now."""
        if not self.path.is_dir():
            return False
        lock = FileLock(self.path / "lock")
        try:
            lock.acquire(timeout=0.1)  # somebody else may only be asking the same
        except Timeout:
            return True
        except OSError:  # a directory that cannot be written: nobody can have it open from here
            return False
        lock.release()
        return False


def create_run_directory(base: Path, name: str) -> RunDirectory:
    """A new directory for a run. Raises NameTakenError, and UsageError where the place will not do."""
    problem = name_problem(name)
    if problem:
        raise UsageError(problem)
    path = base / name
    try:
        base.mkdir(parents=True, exist_ok=True)
        refuse_network_file_system(base)
    except OSError as error:
        raise _no_place(base, error) from None
    try:
        path.mkdir()
        (path / "inbox").mkdir()
    except FileExistsError:
        raise NameTakenError(
            f"there is a run '{name}' in {base} already; resume it, or choose another --name"
        ) from None
    except OSError as error:
        raise _no_place(base, error) from None
    return RunDirectory(path)


def _no_place(base: Path, error: OSError) -> UserError:
    """Why no run can be made in a folder."""
    words = f"no run can be made in {base}: {error.strerror or error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotReadyError(f"{words}; make room there, or choose another folder with --runs or GE_TUI_RUNS")
    return UsageError(f"{words}; choose another folder with --runs or GE_TUI_RUNS")


def name_problem(name: str) -> str:
    """Why a run cannot be called so; empty: it can, unless another is."""
    if _NAME.fullmatch(name):
        return ""
    return f"'{name}' cannot be a run's name: letters, digits, '.', '_' and '-', not more than 100"


def delete_run(directory: RunDirectory) -> None:
    """Delete a run and all that belongs to it. Raises RunBusyError, UserError."""
    aside = directory.path.with_name(f".deleted-{directory.name}-{os.getpid()}")
    try:
        with directory.locked():
            directory.path.rename(aside)  # at once, so that nothing ever sees half a run
        shutil.rmtree(aside)
    except OSError as error:
        raise UserError(f"run {directory.name} cannot be deleted: {error.strerror or error}") from None


def create_numbered_directory(base: Path, stem: str) -> RunDirectory:
    """A new directory `stem-N`, whoever else makes one at the same moment. Raises UsageError."""
    while True:
        with suppress(NameTakenError):
            return create_run_directory(base, free_name(base, stem))


def free_name(base: Path, stem: str) -> str:
    """`stem-1`, or the next number that is free."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-.")[:80] or "run"
    pattern = re.compile(re.escape(stem) + r"-(\d+)")
    names = [path.name for path in base.iterdir()] if base.is_dir() else []
    taken = [int(match[1]) for match in map(pattern.fullmatch, names) if match]
    return f"{stem}-{max(taken, default=0) + 1}"


def all_runs(base: Path) -> list[RunDirectory]:
    """Every run in a folder, by name."""
    if not base.is_dir():
        return []
    return [RunDirectory(path) for path in sorted(base.iterdir()) if (path / "run.sqlite").is_file()]


def find_run(base: Path, name: str) -> RunDirectory:
    """A run by its name or path. Raises UsageError."""
    for path in (base / name, Path(os.path.expanduser(name))):
        with suppress(OSError):  # a name that is too long for a file is no run's name either
            if (path / "run.sqlite").is_file():
                return RunDirectory(path.resolve())
            if path.name == "run.sqlite" and path.is_file():
                return RunDirectory(path.resolve().parent)
    names = [run.name for run in all_runs(base)]
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ". `ge-tui runs` lists them"
    raise UsageError(f"no run '{name}' in {base}{hint}")


def refuse_network_file_system(path: Path) -> None:
    """SQLite's write-ahead log needs memory shared between processes, which network disks do not give."""
    resolved = path.resolve()
    mounts = [p for p in psutil.disk_partitions(all=True) if resolved.is_relative_to(p.mountpoint)]
    if not mounts:
        return
    kind = max(mounts, key=lambda p: len(p.mountpoint)).fstype.lower()
    if kind in _NETWORK_FILE_SYSTEMS:
        raise UsageError(f"{path} lies on a network file system ({kind}); choose a local folder with --runs")
