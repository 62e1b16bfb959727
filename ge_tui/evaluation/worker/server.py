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
from dataclasses import dataclass

import psutil

from ge_tui.evaluation.protocol import FrameReader, Job, encode
from ge_tui.evaluation.worker.child import run_child

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

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._child: Child | None = None
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _adopt_orphans()

    def serve(self, greeting: dict[str, object]) -> None:
        """Until the engine closes its end."""
        self._send({"event": "ready", "pid": os.getpid(), **greeting})
        while True:
            waiting = [self._control.fileno(), self._wake_read]
            readable, _, _ = select.select(waiting, [], [], _POLL_S if self._child else None)
            if self._wake_read in readable:
                os.read(self._wake_read, 4096)
            if self._control.fileno() in readable and not self._take_request():
                self._end("the engine is gone")
                self._reap(block=True)
                return
            self._watch()
            self._reap()

    def _take_request(self) -> bool:
        """Read one request; False when the engine has closed its end."""
        data, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
        if not data:
            return False
        reader = FrameReader(_MAX_REQUEST)
        frames = list(reader.feed(data))
        while not frames:
            more = self._control.recv(1 << 16)
            if not more:
                return False
            frames = list(reader.feed(more))
        header, payload = frames[0]
        request = json.loads(header)["request"]
        if request == "run":
            self._fork(Job.model_validate_json(payload), descriptors)
        elif request == "end":
            self._end(str(json.loads(header)["why"]))
        return True

    def _fork(self, job: Job, descriptors: list[int]) -> None:
        result_fd, output_fd = descriptors
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        baseline = psutil.Process().memory_info().rss / (1 << 20)
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for fd in (self._control.fileno(), self._wake_read, self._wake_write):
                os.close(fd)
            run_child(job, result_fd, output_fd)
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
            process = psutil.Process(child.pid)
            used = process.memory_info().rss
            if child.polls % _TREE_EVERY == 0:
                used += sum(_resident(descendant) for descendant in process.children(recursive=True))
        except psutil.Error:
            return
        if used / (1 << 20) - child.baseline_mb > child.job.limits.memory_mb:
            self._end("memory")

    def _end(self, why: str) -> None:
        if self._child is None or self._child.ended_by:
            return
        self._child.ended_by = why
        _kill_group(self._child.pid)

    def _reap(self, *, block: bool = False) -> None:
        """Collect the child if it has ended, end what it left behind, and report."""
        child = self._child
        if child is None:
            return
        pid, status, usage = os.wait4(child.pid, 0 if block else os.WNOHANG)
        if pid == 0:
            return
        self._child = None
        wall = time.monotonic() - child.started
        _kill_group(child.pid)
        _end_orphans()
        total = resource.getrusage(resource.RUSAGE_CHILDREN)
        if not block:
            self._send(
                {
                    "event": "ended",
                    "code": os.waitstatus_to_exitcode(status),
                    "ended_by": child.ended_by,
                    "wall_s": wall,
                    "cpu_s": total.ru_utime + total.ru_stime - child.cpu_before,
                    "peak_mb": usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
                }
            )

    def _send(self, message: dict[str, object]) -> None:
        self._control.sendall(encode(message))


def _adopt_orphans() -> None:
    """On Linux, daemons of a genome become children of this process instead of escaping."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _kill_group(pid: int) -> None:
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _end_orphans() -> None:
    """Kill and collect whatever the child left behind, however deep."""
    while _has_children():
        for process in psutil.Process().children(recursive=True):
            try:
                process.kill()
            except psutil.NoSuchProcess:
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


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
