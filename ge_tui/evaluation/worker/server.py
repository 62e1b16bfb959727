"""The fork server: a process with torch loaded that forks one child a job and watches over it.

It speaks over a Unix socket whose descriptor is its first argument. A request is a frame with a job and,
attached to its first byte, the descriptors for the child's answers, for what it prints, and of the data files.
The server never runs a genome and never a threaded operator itself (a child forked after one can hang).
"""

from __future__ import annotations

import gc
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

from ge_tui.evaluation.box import kernel
from ge_tui.evaluation.box.assemble import Box
from ge_tui.evaluation.box.cgroup import Group, find_parent
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.protocol import FrameReader, Job, encode
from ge_tui.evaluation.worker.child import Descriptors, run_child
from ge_tui.evaluation.worker.scratch import Scratch
from ge_tui.evaluation.worker.watch import Usage, Watch, folder_mb

_POLL_S = 0.05
_RSS_UNITS = 1 << 20 if sys.platform == "darwin" else 1 << 10
_TREE_EVERY = 10
"""Polls between two close looks at memory and at the folder; a look at the processes is cheap."""
_MAX_REQUEST = 1 << 26
_MAX_DESCRIPTORS = 8
_WAITING = 2
"""Processes of the box itself between this one and the genome's, where it has a process namespace of its own."""


@dataclass(slots=True)
class Child:
    """The child under way."""

    pid: int
    job: Job
    started: float
    cpu_before: float
    baseline_mb: float
    watch: Watch
    alarm: int
    group: Group | None
    ended_by: str = ""
    peak_mb: float = 0.0
    polls: int = 0


class ForkServer:
    """Serves one engine slot: at most one child at a time."""

    def __init__(self, control: socket.socket, scratch: Scratch, box: Box) -> None:
        self._control = control
        self._scratch = scratch
        self._box = box
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
        self._renew_scratch()  # torch leaves folders in it while it loads
        gc.collect()
        gc.freeze()  # a collection in a child would touch, and so copy, every page of what torch has loaded
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
        data, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, _MAX_DESCRIPTORS)
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
        answers, output, *data = self._descriptors
        self._descriptors = []
        alarm, sounds = os.pipe()
        held = Descriptors(answers, output, sounds, tuple(data))
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        baseline = psutil.Process().memory_info().rss / (1 << 20)
        started = time.monotonic()
        server = os.getpid()
        self._send({"event": "forking"})
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for fd in (self._control.fileno(), self._wake_read, self._wake_write, alarm):
                os.close(fd)
            run_child(job, self._box, server, held)
        for fd in held.all:
            os.close(fd)
        watch = Watch(pid, _WAITING if self._box.uses(Layer.NAMESPACES) else 0)
        cpu = usage.ru_utime + usage.ru_stime
        self._child = Child(pid, job, started, cpu, baseline, watch, alarm, self._group(job, pid))

    def _group(self, job: Job, pid: int) -> Group | None:
        """A cgroup for a child, where there may be one."""
        parent = find_parent() if self._box.uses(Layer.CGROUP) else None
        if parent is None:
            return None
        limits = job.limits
        try:
            group = Group(parent, f"ge-tui-{pid}", memory_mb=limits.memory_mb + limits.scratch_mb,
                          processes=limits.processes + _WAITING)  # fmt: skip
            group.add(pid)
        except OSError:  # taken away since the box was put together; the watch remains
            return None
        return group

    def _watch(self) -> None:
        """End the child when it has used up what it may use."""
        child = self._child
        if child is None or child.ended_by:
            return
        if time.monotonic() - child.started > child.job.limits.wall_s:
            self._end("wall")
            return
        child.polls += 1
        closely = child.polls % _TREE_EVERY == 0
        usage = child.watch.look(closely=closely)
        if usage is None:
            return
        child.peak_mb = max(child.peak_mb, usage.memory_mb)
        breach = _breach(usage, child)
        if not breach and closely and not self._box.has_private_files:
            breach = "disk" if folder_mb(self._scratch.folder) > child.job.limits.scratch_mb else ""
        if breach:
            self._end(breach)

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
        peak_mb = max(child.peak_mb, usage.ru_maxrss / _RSS_UNITS, _end_orphans(child.pid))
        ended_by = child.ended_by or _kernels_verdict(child.group)
        words = os.read(child.alarm, 1000)
        os.close(child.alarm)
        self._renew_scratch()
        total = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "event": "ended",
            "code": os.waitstatus_to_exitcode(status),
            "ended_by": ended_by,
            "wall_s": wall,
            "cpu_s": total.ru_utime + total.ru_stime - child.cpu_before,
            "peak_mb": peak_mb,
            "no_box": words.decode(errors="replace"),
        }

    def _renew_scratch(self) -> None:
        self._scratch.renew()
        if self._box.uid != os.getuid() and not self._box.has_private_files:
            os.chown(self._scratch.folder, self._box.uid, self._box.gid)

    def _send(self, message: dict[str, object]) -> None:
        self._control.sendall(encode(message))


def _adopt_orphans() -> None:
    """On Linux, daemons of a genome become children of this process instead of escaping."""
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)


def _kill_group(pid: int) -> None:
    """Kill a child that lives, and its group if it has made its own already."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _breach(usage: Usage, child: Child) -> str:
    """Which limit the watch finds exceeded."""
    limits = child.job.limits
    if usage.memory_mb - child.baseline_mb > limits.memory_mb:
        return "memory"
    if usage.tasks > limits.processes + _WAITING:
        return "processes"
    return "cpu" if usage.cpu_s > limits.cpu_s else ""


def _kernels_verdict(group: Group | None) -> str:
    """Why the kernel ended a child, where its cgroup knows; the cgroup goes."""
    if group is None:
        return ""
    verdict = group.breach
    group.remove()
    return "memory" if verdict == "memory" else ""


def _end_orphans(group: int) -> float:
    """Kill and collect whatever a child that has ended left behind, in its group or however deep; their peak in MiB."""
    peak = 0.0
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    while _has_children():
        for process in psutil.Process().children(recursive=True):
            try:
                process.kill()
            except psutil.Error:
                continue
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        peak = max(peak, usage.ru_maxrss / _RSS_UNITS)
    return peak


def _has_children() -> bool:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
