"""What a child and everything it has started use at this moment, seen from outside its box."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)
_TICKS = os.sysconf("SC_CLK_TCK")
_SHARED = ("/dev/zero (deleted)", "/memfd:", "/dev/shm/", "/SYSV")


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a whole tree of processes."""

    memory_mb: float
    tasks: int
    """Processes and threads."""
    cpu_s: float


class Watch:
    """Looks at one child; its first `waiting` descendants in a row only wait, and share all they have."""

    def __init__(self, pid: int, waiting: int) -> None:
        self._pid = pid
        self._waiting = waiting
        self._fast = Path(f"/proc/{pid}/task/{pid}/children").exists()

    def look(self, *, closely: bool) -> Usage | None:
        """None where the child is gone. closely: count shared memory rightly, which takes some milliseconds."""
        try:
            return self._look_fast(closely=closely) if self._fast else self._look_by_psutil()
        except (OSError, psutil.Error, ValueError, IndexError):
            return None

    def _look_fast(self, *, closely: bool) -> Usage:
        pids = list(_tree(self._pid))
        cpu, tasks, alive = 0.0, 0, []
        for number, pid in enumerate(pids):
            try:
                fields = _stat(pid)
            except OSError:
                continue
            cpu += sum(map(int, fields[11:15])) / _TICKS
            if number >= self._waiting:
                tasks += int(fields[17])
                alive.append((pid, int(fields[21]) * _PAGE_MB))
        if len(alive) == 1 and not closely:
            return Usage(alive[0][1], tasks, cpu)
        if not closely:
            return Usage(0.0, tasks, cpu)
        private = alive[0][1] if len(alive) == 1 else sum(_share(pid, resident) for pid, resident in alive)
        return Usage(max(private, _shared_mappings([pid for pid, _ in alive])), tasks, cpu)

    def _look_by_psutil(self) -> Usage:
        child = psutil.Process(self._pid)
        tree = [child, *child.children(recursive=True)][self._waiting :]
        memory = [process.memory_info().rss for process in tree]
        times = [process.cpu_times() for process in tree]
        tasks = sum(process.num_threads() for process in tree)
        return Usage(sum(memory) / (1 << 20), tasks, sum(time.user + time.system for time in times))


def folder_mb(folder: Path) -> float:
    """What lies in a folder, in MiB on disk; never follows a link."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
    return total / (1 << 20)


def _tree(pid: int) -> Iterator[int]:
    """A process and its descendants, each before its own."""
    yield pid
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        try:
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _stat(pid: int) -> list[str]:
    """The numbers of /proc/PID/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()


def _share(pid: int, resident_mb: float) -> float:
    """A process's part of the memory it shares: forks share most of theirs. One that is ending has none left."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:
        return resident_mb
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _shared_mappings(pids: list[int]) -> float:
    """The size in MiB of memory that is mapped as shared: it stays in use when a process has let go of its pages."""
    sizes: dict[str, int] = {}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if any(sign in line for sign in _SHARED):
                addresses, rights, _, _, inode = line.split()[:5]
                first, _, last = addresses.partition("-")
                if rights[3] == "s":
                    sizes[inode] = max(sizes.get(inode, 0), int(last, 16) - int(first, 16))
    return sum(sizes.values()) / (1 << 20)
