"""The layer of plain limits (setrlimit): memory, processes, files, CPU seconds. The fork server watches the rest."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from pydantic import Field

from ge_tui.evaluation.model import Value

_PAGE = resource.getpagesize()
_LAST_WORDS = 64 << 20
"""Bytes between the soft and the hard limit of memory, for saying what went wrong."""
_ADDRESSES = 2 << 30
"""Addresses a process may reserve and never use, beyond its memory: stacks of threads, arenas."""
_LAST_SECONDS = 5
_BOOKKEEPING = 4
"""Processes of the box itself that the kernel counts too."""


class Quota(Value):
    """What one child process and all it starts may have at once."""

    processes: int = Field(64, gt=0)
    """And threads."""
    open_files: int = Field(1024, gt=0)
    scratch_mb: int = Field(256, gt=0)
    scratch_files: int = Field(10_000, gt=0)
    file_mb: int = Field(128, gt=0)
    """Of one file."""


class Allowance(Quota):
    """What one child process and all it starts may use."""

    wall_s: float = Field(gt=0)
    memory_mb: int = Field(gt=0)
    """Beyond what torch itself needs."""
    cpu_s: float = Field(3600.0, gt=0)
    """Of all its processes together."""


def apply(allowance: Allowance, *, device: str, own_count: bool) -> None:
    """Take the limits in this process. own_count: whether its user has no other processes in the kernel's count."""
    _set("RLIMIT_CORE", 0, 0)
    _set("RLIMIT_NOFILE", allowance.open_files, allowance.open_files)
    _set("RLIMIT_FSIZE", allowance.file_mb << 20, allowance.file_mb << 20)
    seconds = max(1, int(allowance.cpu_s + 0.999))
    _set("RLIMIT_CPU", seconds, seconds + _LAST_SECONDS)
    _set("RLIMIT_MSGQUEUE", 0, 0)
    if sys.platform != "linux":
        return
    others = 0 if own_count else _tasks_of_this_user()
    most = others + allowance.processes + _BOOKKEEPING
    _set("RLIMIT_NPROC", most, most)
    if device == "cpu":
        _limit_memory(allowance.memory_mb << 20)


def make_room() -> None:
    """Memory for saying what went wrong, when it was memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def _limit_memory(more: int) -> None:
    """Let allocation itself fail first, so that the genome's own line is in the report.

    Not on a GPU: drivers reserve far more address space than they use. The fork server's watch on resident
    memory holds everywhere.
    """
    pages = Path("/proc/self/statm").read_text().split()
    addresses, data = (int(pages[place]) * _PAGE for place in (0, 5))
    _set("RLIMIT_DATA", data + more, data + more + _LAST_WORDS)
    _set("RLIMIT_AS", addresses + more + _ADDRESSES, addresses + more + _ADDRESSES)


def _tasks_of_this_user() -> int:
    """Threads of this user's processes: the kernel counts them all against the limit."""

    me, count = os.getuid(), 0
    for entry in os.scandir("/proc"):
        with suppress(OSError):
            if entry.name.isdecimal() and entry.stat().st_uid == me:
                count += len(os.listdir(f"/proc/{entry.name}/task"))
    return count


def _set(name: str, soft: int, hard: int) -> None:
    """Never above what was allowed before; a system without this limit goes without."""
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))
