"""The layer that limits the memory of all of a genome's processes together, where a cgroup (version 2) is ours to use.

A folder for each child, made below the nearest group of ours that hands out memory and process counts.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

MOUNTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
_GOING_S = 1.0
_OVERHEAD_MB = 128
"""What the kernel counts besides: page tables, buffers of pipes, files read."""


def find_parent(mounts: tuple[Path, ...] = MOUNTS, own: Path = Path("/proc/self/cgroup")) -> Path | None:
    """The nearest group at or above this process's own in which we may make groups with limits; None for none."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return None
    names = [line.removeprefix("0::/") for line in lines if line.startswith("0::/")]
    mount = next((mount for mount in mounts if (mount / "cgroup.controllers").is_file()), None)
    if not names or mount is None:
        return None
    here = mount / names[0]
    for group in (here, *here.parents):
        if _hands_out(group):
            return group
        if group == mount:
            return None
    return None


class Group:
    """The group of one child."""

    def __init__(self, parent: Path, name: str, *, memory_mb: int, processes: int) -> None:
        """Raises OSError."""
        self._folder = parent / name
        self._folder.mkdir()
        try:
            self._write("memory.max", str((memory_mb + _OVERHEAD_MB) << 20))
            self._write("pids.max", str(processes))
            with suppress(OSError):  # a kernel without swap accounting, or an old one
                self._write("memory.swap.max", "0")
                self._write("memory.oom.group", "1")
        except OSError:
            self.remove()
            raise

    def add(self, pid: int) -> None:
        """Raises OSError."""
        self._write("cgroup.procs", str(pid))

    @property
    def breach(self) -> str:
        """`memory` where the kernel ended the group for it, `processes` where it refused a fork; else empty."""
        if self._events("memory.events").get("oom_kill", 0):
            return "memory"
        return "processes" if self._events("pids.events").get("max", 0) else ""

    def remove(self) -> None:
        """End whatever is in it, and it."""
        with suppress(OSError):
            self._write("cgroup.kill", "1")
        until = time.monotonic() + _GOING_S
        while self._events("cgroup.events").get("populated", 0) and time.monotonic() < until:
            time.sleep(0.01)  # what was killed is in it until it has died
        with suppress(OSError):
            self._folder.rmdir()

    def _events(self, name: str) -> dict[str, int]:
        try:
            lines = (self._folder / name).read_text().splitlines()
        except OSError:
            return {}
        return {words[0]: int(words[1]) for line in lines if len(words := line.split()) == 2}

    def _write(self, name: str, text: str) -> None:
        with open(self._folder / name, "w", encoding="ascii") as file:
            file.write(text)


def _hands_out(group: Path) -> bool:
    try:
        given = (group / "cgroup.subtree_control").read_text().split()
    except OSError:
        return False
    return {"memory", "pids"} <= set(given) and os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK)
