"""The layer that gives a genome a world of its own: processes, network, users, and a file system made for it.

The process that asks forks twice. The first child is the init of the new process namespace: it makes the file
system and waits, and when it ends, for whatever reason, the kernel ends everything inside. The second is the one
that goes on to run the genome.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from ge_tui.evaluation.box import kernel
from ge_tui.evaluation.box.sight import Sight

_NEW_MOUNTS, _NEW_CGROUP, _NEW_NAMES, _NEW_IPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEW_USERS, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_ALL = _NEW_MOUNTS | _NEW_CGROUP | _NEW_NAMES | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK

_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS, _AGAIN = 0x1, 0x2, 0x4, 0x8, 0x20
_BIND, _WITH_THOSE_BENEATH, _PRIVATE = 0x1000, 0x4000, 0x40000
_DETACH = 2
_BENEATH, _HERE = 0x8000, -100
_ATTRIBUTES = {"read_only": 0x1, "no_setuid": 0x2, "no_devices": 0x4}
_ROOM_FOR_THE_ROOT = "size=1m,nr_inodes=4096,mode=755"

_PASSWD = "root:x:0:0::/:/bin/false\nbox:x:{uid}:{gid}::{scratch}:/bin/false\n"


@dataclass(frozen=True, slots=True)
class Room:
    """How much a genome may write, and as whom."""

    megabytes: int
    files: int
    uid: int
    gid: int


def enter(sight: Sight, room: Room, *, keep: tuple[int, ...]) -> None:
    """Returns in the process that is alone in its new world; the one that called ends as that one ends.

    Descriptors in `keep` stay open there and are closed in the two that wait. Raises OSError where the kernel
    refuses, in the process that asked or in the new one.
    """
    as_root = os.geteuid() == 0
    if as_root:
        kernel.unshare(_ALL)
    else:
        uid, gid = os.geteuid(), os.getegid()
        kernel.unshare(_ALL | _NEW_USERS)
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    read, write = os.pipe()
    init = os.fork()
    if init:
        os.close(write)
        _close(keep)
        _end_as_told(read, init)
    os.close(read)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, 9)
    make_file_system(sight, room)
    with suppress(OSError):
        socket.sethostname("box")
    genome = os.fork()
    if genome:
        _close(keep)
        _wait(genome, write)
    os.close(write)
    os.setsid()


def make_file_system(sight: Sight, room: Room) -> None:
    """In new namespaces: see only what there is to see, read-only but for the scratch folder. Raises OSError."""
    base = sight.scratch
    kernel.mount("none", "/", "", _WITH_THOSE_BENEATH | _PRIVATE)
    kernel.mount("tmpfs", base, "tmpfs", _NO_SETUID | _NO_DEVICES, _ROOM_FOR_THE_ROOT)
    for path in sight.readable:
        _show(path, base)
    for path, target in sight.links:
        os.symlink(target, base + path)
    _make_devices(sight, base)
    os.makedirs(f"{base}/proc")
    kernel.mount("proc", f"{base}/proc", "proc", _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS)
    owner = f"mode=700,uid={room.uid},gid={room.gid}"
    for place, megabytes in ((sight.scratch, room.megabytes), ("/dev/shm", max(1, room.megabytes // 4))):
        os.makedirs(base + place, exist_ok=True)
        options = f"size={megabytes}m,nr_inodes={room.files},{owner}"
        kernel.mount("tmpfs", base + place, "tmpfs", _NO_SETUID | _NO_DEVICES, options)
    _write(f"{base}/etc/passwd", _PASSWD.format(uid=room.uid, gid=room.gid, scratch=sight.scratch))
    os.makedirs(f"{base}/tmp", exist_ok=True)
    os.chdir(base)
    kernel.call("pivot_root", b".", b".")
    kernel.unmount(".", _DETACH)
    kernel.mount("none", "/", "", _AGAIN | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES)
    os.chdir(sight.scratch)


def _show(path: str, base: str) -> None:
    """A folder or file of the machine at its own path, read-only."""
    _make_place(path, base)
    kernel.mount(path, base + path, "", _BIND | _WITH_THOSE_BENEATH)
    _make_read_only(base + path, devices=False)


def _make_devices(sight: Sight, base: str) -> None:
    for path in sight.devices:
        _make_place(path, base)
        kernel.mount(path, base + path, "", _BIND | _WITH_THOSE_BENEATH)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(target, f"{base}/dev/{name}")


def _make_place(path: str, base: str) -> None:
    """An empty folder or file to mount something on."""
    place = base + path
    if os.path.isdir(path):
        os.makedirs(place, exist_ok=True)
        return
    os.makedirs(os.path.dirname(place), exist_ok=True)
    os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))


def _make_read_only(place: str, *, devices: bool) -> None:
    """With everything mounted beneath; on kernels before 5.12 what is mounted there itself, alone."""
    wanted = _ATTRIBUTES["read_only"] | _ATTRIBUTES["no_setuid"] | (0 if devices else _ATTRIBUTES["no_devices"])
    attributes = struct.pack("=QQQQ", wanted, 0, 0, 0)
    try:
        kernel.call("mount_setattr", _HERE, os.fsencode(place), _BENEATH, attributes, len(attributes))
    except OSError:
        kept = os.statvfs(place).f_flag & 0xF
        kernel.mount("none", place, "", _AGAIN | _BIND | _READ_ONLY | _NO_SETUID | kept)


def _wait(genome: int, tell: int) -> NoReturn:
    """The life of the init: collect what ends; when the genome's process has ended, say how, and end everything."""
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == genome:
            os.write(tell, struct.pack("=i", status))
            os._exit(0)


def _end_as_told(read: int, init: int) -> NoReturn:
    """End as the genome's process has ended; where its init was killed, as that was."""
    _, status = os.waitpid(init, 0)
    told = os.read(read, 4)
    if len(told) == 4:
        (status,) = struct.unpack("=i", told)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        ctypes.CDLL(None).signal(number, None)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1)


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
