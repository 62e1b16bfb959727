"""The test of the box: in a child that is in it, try what must not work.

Every attempt is harmless where it does work, for on some machine it will: it takes back at once what it did.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

from ge_tui.evaluation.box import kernel
from ge_tui.evaluation.box.assemble import Box
from ge_tui.evaluation.box.limits import Allowance
from ge_tui.evaluation.box.lures import SECRET, LurePlan
from ge_tui.evaluation.box.report import BoxReport, Need, Proof

_SMALL = Allowance(wall_s=20, memory_mb=256, processes=16, scratch_mb=4, scratch_files=200, file_mb=64, open_files=64)
_MOST = 1 << 20
_WAIT_S = 30.0
_TRACE_ME = 0
_NEW_USERS = 0x10000000

Attempt = tuple[str, Need | None, Callable[[], None]]


class _StoppedError(Exception):
    """An attempt that came to nothing, though no call failed."""


def examine(box: Box, lures: LurePlan, *, thorough: bool) -> BoxReport:
    """Try everything in a boxed child. thorough: the limits too, which takes longer."""
    return BoxReport(layers=box.states, proofs=tuple(_proofs(box, lures, thorough=thorough)))


def _proofs(box: Box, lures: LurePlan, *, thorough: bool) -> Iterator[Proof]:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _run_inside(box, lures, write, thorough=thorough)
    os.close(write)
    said = _read_all(read)
    os.close(read)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    found = 0
    for line in said.decode(errors="replace").splitlines():
        with suppress(ValueError):
            yield Proof.model_validate_json(line)
            found += 1
    expected = len(_attempts(lures, thorough=thorough))
    if found < expected:
        words = f"only {found} of {expected} attempts were made; then it ended: {said[-200:].decode(errors='replace')}"
        yield Proof(attempt="the test itself", stopped=False, detail=words[:500], need=Need.OUTSIDE)


def _read_all(read: int) -> bytes:
    """What the child says until it ends; it has no reason to take long, and is not trusted to hurry."""
    said, deadline = b"", time.monotonic() + _WAIT_S
    while len(said) < _MOST and time.monotonic() < deadline:
        data = os.read(read, 65536)
        if not data:
            break
        said += data
    return said


def _run_inside(box: Box, lures: LurePlan, write: int, *, thorough: bool) -> None:
    try:
        os.setsid()
        box.enter(_SMALL, keep=(write,))
        for attempt, need, action in _attempts(lures, thorough=thorough):
            stopped, detail = _outcome(action)
            proof = {"attempt": attempt, "need": need, "stopped": stopped, "detail": detail}
            os.write(write, json.dumps(proof).encode() + b"\n")
    except BaseException as error:  # noqa: BLE001  (this process must end here, whatever happens)
        os.write(write, f"{type(error).__name__}: {kernel.why(error)}".replace("\n", " ").encode())
    finally:
        os._exit(0)


def _outcome(action: Callable[[], None]) -> tuple[bool, str]:
    try:
        action()
    except (OSError, MemoryError) as error:
        return True, kernel.why(error)[:300]
    except _StoppedError as error:
        return True, str(error)
    return False, "it worked"


def _attempts(lures: LurePlan, *, thorough: bool) -> list[Attempt]:
    secret, listener = f"{lures.folder}/secret", f"{lures.folder}/socket"
    homes = [home for home, _, _ in lures.homes]
    attempts: list[Attempt] = [
        ("connect by TCP", Need.NETWORK, partial(_connect, socket.AF_INET, ("127.0.0.1", lures.tcp))),
        ("send by UDP", Need.NETWORK, partial(_send, lures.udp)),
        ("connect to a Unix socket", Need.NETWORK, partial(_connect, socket.AF_UNIX, listener)),
        ("connect to an abstract socket", Need.NETWORK, partial(_connect, socket.AF_UNIX, f"\0{lures.abstract}")),
        ("make a file outside", Need.OUTSIDE, partial(_create, f"{lures.folder}/made")),
        ("change a file outside", Need.OUTSIDE, partial(_append, secret)),
        ("change a file's rights outside", Need.OUTSIDE, partial(os.chmod, secret, 0o644)),
        *[("make a file at home", Need.OUTSIDE, partial(_create, f"{home}/.ge-tui-box-test")) for home in homes],
        *[("list your home", Need.HOME, partial(_list, *home)) for home in lures.homes],
        ("read a secret file", Need.HOME, partial(_read, secret)),
        ("read another process's environment", None, partial(_read_process, lures.engine)),
        ("trace a process", None, partial(_apart, _trace)),
        ("make a namespace", None, partial(_apart, partial(kernel.unshare, _NEW_USERS))),
        ("mount a file system", None, partial(_apart, _mount)),
        ("win rights of root", None, partial(_apart, _win_rights)),
    ]
    if thorough:
        attempts += [
            ("use more memory than allowed", None, _take_memory),
            ("fill the disk", None, partial(_fill, 16 << 20)),
            ("make a file larger than allowed", None, partial(_fill, 80 << 20)),
            ("open more files than allowed", None, _open_many),
            ("start more processes than allowed", None, _fork_many),
        ]
    return attempts


def _connect(family: int, address: object) -> None:
    with socket.socket(family) as made:
        made.settimeout(2)
        made.connect(address)  # type: ignore[arg-type]


def _send(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.sendto(b"x", ("127.0.0.1", port))


def _create(path: str) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.unlink(path)


def _append(path: str) -> None:
    with open(path, "a", encoding="utf-8") as file:
        file.write(".")


def _list(home: str, device: int, inode: int) -> None:
    found = os.stat(home)
    if (found.st_dev, found.st_ino) != (device, inode):
        raise _StoppedError("another folder is in its place")
    os.listdir(home)


def _read(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        if SECRET not in file.read():
            raise _StoppedError("another file is in its place")


def _read_process(pid: int) -> None:
    with open(f"/proc/{pid}/environ", "rb") as file:
        file.read()


def _trace() -> None:
    if ctypes.CDLL(None, use_errno=True).ptrace(_TRACE_ME, 0, None, None) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _mount() -> None:
    """On a folder of its own, and off again: where this works, it works on the user's machine."""
    place = os.path.abspath("mounted")
    os.makedirs(place, exist_ok=True)
    kernel.mount("tmpfs", place, "tmpfs", 0, "size=4k")
    kernel.unmount(place, 0)


def _win_rights() -> None:
    os.setuid(0)
    with open("/proc/self/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    if int(lines["CapEff"], 16) == 0:
        raise _StoppedError("root's number without root's rights")


def _apart(action: Callable[[], None]) -> None:
    """In a process of its own: what works would change the one that tries."""
    pid = os.fork()
    if pid == 0:
        stopped, _ = _outcome(action)
        os._exit(1 if stopped else 0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise _StoppedError("refused")


def _take_memory() -> None:
    taken = mmap.mmap(-1, 8 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    taken.close()


def _fill(size: int) -> None:
    with open("filling", "wb") as file:
        try:
            for _ in range(size >> 20):
                file.write(b"\1" * (1 << 20))
            file.flush()
        finally:
            os.unlink("filling")


def _open_many() -> None:
    opened: list[int] = []
    try:
        for _ in range(_SMALL.open_files + 1):
            opened.append(os.open("/dev/null", os.O_RDONLY))  # noqa: PERF401  (those opened before the error count)
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _fork_many() -> None:
    children: list[int] = []
    try:
        for _ in range(_SMALL.processes + 5):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            children.append(pid)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
