"""The fork server: a process with torch loaded that forks one child a job and watches over it.

It speaks over a Unix socket whose descriptor is its first argument. A request is a frame with a job and,
attached to its first byte, the descriptors for the child's answers and for what it prints. The server never
runs a genome and never a threaded operator itself (a child forked after one can hang).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

import psutil

from ge_tui.evaluation.protocol import FrameReader, Job, encode
from ge_tui.evaluation.worker.child import run_child
from ge_tui.evaluation.worker.scratch import Scratch

_PR_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.05
_TREE_EVERY = 10
"""Polls between two looks at the memory of the whole process tree; a look at the child alone is cheap."""
_MAX_REQUEST = 1 << 26


@dataclass(slots=True)
class Child:
    """The child under way."""

    pid: int
    job: Job
    started: float
    cpu_before: float
    baseline_mb: float
    ended_by: str = ""
    polls: int = 0


class ForkServer:
    """Serves one engine slot: at most one child at a time."""

    def __init__(self, control: socket.socket, scratch: Scratch) -> None:
        self._control = control
        self._scratch = scratch
        self._requests = FrameReader(_MAX_REQUEST)
        self._descriptors: list[int] = []
        self._child: Child | None = None
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _adopt_orphans()

    def serve(self, greeting: dict[str, object]) -> None:
        """Until the engine closes its end or is gone; then nothing is left of the child or the scratch folder."""
        self._scratch.renew()  # torch leaves folders in it while it loads
        try:
            self._send({"event": "ready", "pid": os.getpid(), **greeting})
            while self._turn():
                pass
        except ConnectionError:  # the engine went away in the middle of a word
            pass
        finally:
            self._end("the engine is gone")
            self._collect(block=True)
            self._scratch.remove()

    def _turn(self) -> bool:
        """Wait for something to do and do it; False when the engine has closed its end."""
        waiting = [self._control.fileno(), self._wake_read]
        readable, _, _ = select.select(waiting, [], [], _POLL_S if self._child else None)
        if self._wake_read in readable:
            os.read(self._wake_read, 4096)
        if self._control.fileno() in readable and not self._take_requests():
            return False
        self._watch()
        ended = self._collect()
        if ended is not None:
            self._send(ended)
        return True

    def _take_requests(self) -> bool:
        """Read what has come and do what is complete; False when the engine has closed its end."""
        data, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
        if not data:
            return False
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        self._descriptors += descriptors
        for header, payload in self._requests.feed(data):
            request = json.loads(header)
            if request["request"] == "run":
                self._fork(Job.model_validate_json(payload))
            else:
                self._end(str(request["why"]))
        return True

    def _fork(self, job: Job) -> None:
        result_fd, output_fd = self._descriptors
        self._descriptors = []
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        baseline = psutil.Process().memory_info().rss / (1 << 20)
        started = time.monotonic()
        server = os.getpid()
        self._send({"event": "forking"})
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for fd in (self._control.fileno(), self._wake_read, self._wake_write):
                os.close(fd)
            run_child(job, server, result_fd, output_fd)
        os.close(result_fd)
        os.close(output_fd)
        self._child = Child(pid, job, started, usage.ru_utime + usage.ru_stime, baseline)

    def _watch(self) -> None:
        """End the child when it has used up its wall time or its memory."""
        child = self._child
        if child is None or child.ended_by:
            return
        if time.monotonic() - child.started > child.job.limits.wall_s:
            self._end("wall")
            return
        child.polls += 1
        try:
            used = _used(psutil.Process(child.pid), with_descendants=child.polls % _TREE_EVERY == 0)
        except psutil.Error:
            return
        if used / (1 << 20) - child.baseline_mb > child.job.limits.memory_mb:
            self._end("memory")

    def _end(self, why: str) -> None:
        if self._child is None or self._child.ended_by:
            return
        self._child.ended_by = why
        _kill_group(self._child.pid)

    def _collect(self, *, block: bool = False) -> dict[str, object] | None:
        """Collect the child if it has ended, and end what it left behind; how it ended."""
        child = self._child
        if child is None:
            return None
        pid, status, usage = os.wait4(child.pid, 0 if block else os.WNOHANG)
        if pid == 0:
            return None
        self._child = None
        wall = time.monotonic() - child.started
        _end_orphans(child.pid)
        self._scratch.renew()
        total = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "event": "ended",
            "code": os.waitstatus_to_exitcode(status),
            "ended_by": child.ended_by,
            "wall_s": wall,
            "cpu_s": total.ru_utime + total.ru_stime - child.cpu_before,
            "peak_mb": usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
        }

    def _send(self, message: dict[str, object]) -> None:
        self._control.sendall(encode(message))


def _adopt_orphans() -> None:
    """On Linux, daemons of a genome become children of this process instead of escaping."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_group(pid: int) -> None:
    """Kill a child that lives, and its group if it has made its own already."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _end_orphans(group: int) -> None:
    """Kill and collect whatever a child that has ended left behind, in its group or however deep."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    while _has_children():
        for process in psutil.Process().children(recursive=True):
            try:
                process.kill()
            except psutil.Error:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


def _used(process: psutil.Process, *, with_descendants: bool) -> int:
    """Bytes in memory. Of a tree each shared page counts once: forks share most of theirs."""
    descendants = process.children(recursive=True) if with_descendants else []
    if not descendants:
        return int(process.memory_info().rss)
    return sum(map(_share, [process, *descendants]))


def _share(process: psutil.Process) -> int:
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.uss))
