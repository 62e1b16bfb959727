"""The engine's end of a fork server: its process, its scratch folder, and the socket between them."""

from __future__ import annotations

import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import psutil

from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.box.environment import scrubbed
from ge_tui.evaluation.box.launch import find_wrapper, wrapped
from ge_tui.evaluation.box.lures import Lures
from ge_tui.evaluation.box.report import BoxReport
from ge_tui.evaluation.executors.base import ExecutorError
from ge_tui.evaluation.gpu_advice import is_busy
from ge_tui.evaluation.protocol import FrameReader, Job, encode
from ge_tui.evaluation.worker.scratch import PREFIX

_START_TIMEOUT_S = 120.0
_LOOK_S = 0.2
_STOP_TIMEOUT_S = 2.0
_MAX_SWEEPS = 10


class ServerProcess:
    """A running fork server. Blocking; for one thread at a time."""

    def __init__(
        self,
        environment: dict[str, str],
        plan: BoxPlan,
        *,
        trust: bool,
        is_unwanted: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start it and wait until it has loaded torch and tested its box. Raises ExecutorError.

        trust: work even where the box does not hold what it must. is_unwanted: asked while it waits; on a busy
        machine torch takes a while to load, and whoever interrupts a run should not have to wait for it.
        """
        self._trust = trust
        self._frames = FrameReader()
        self._is_gone = False
        """Whether it closed its end of the socket."""
        self._events: deque[dict[str, object]] = deque()
        wrapper = find_wrapper(plan)
        try:
            lures = Lures()
        except OSError as error:
            raise ExecutorError(f"the test of the box could not be prepared: {error}") from error
        with closing(lures):
            try:
                self._scratch = Path(tempfile.mkdtemp(prefix=PREFIX))
            except OSError as error:
                raise ExecutorError(f"no scratch folder for a worker could be made: {error}") from error
            self._control, theirs = socket.socketpair()
            self._start(theirs, environment, wrapper, plan, lures)
            self.greeting = self._greet(is_unwanted)
            """What it says of the machine."""

    def _start(
        self, theirs: socket.socket, environment: dict[str, str], wrapper: str | None, plan: BoxPlan, lures: Lures
    ) -> None:
        """Raises ExecutorError."""
        worker = [sys.executable, "-P", "-m", "ge_tui.evaluation.worker", str(theirs.fileno()), str(self._scratch)]
        plan, command = wrapped(wrapper, plan, self._scratch, worker)
        command += [plan.model_dump_json(), lures.plan.model_dump_json()]
        try:
            with theirs:
                self._process = subprocess.Popen(
                    command,
                    pass_fds=[theirs.fileno()],
                    cwd=self._scratch,
                    env=scrubbed(self._scratch, environment),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    start_new_session=True,
                )
        except OSError as error:
            self._control.close()
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise ExecutorError(f"no worker process could be started: {error}") from error

    def fileno(self) -> int:
        """Readable when the server has something to say, or is gone."""
        return self._control.fileno()

    @property
    def alive(self) -> bool:
        """Whether its process lives."""
        return self._process.poll() is None

    def run(self, job: Job, answers: int, output: int, data: Sequence[int]) -> None:
        """Have it run a job whose child writes to the two and reads the data. Raises OSError when it is gone."""
        frame = encode({"request": "run"}, job.model_dump_json().encode())
        sent = socket.send_fds(self._control, [frame], [answers, output, *data])
        self._control.sendall(frame[sent:])

    def end(self, why: str) -> None:
        """Have it end its child, if there is one."""
        try:
            self._control.sendall(encode({"request": "end", "why": why}))
        except OSError:  # it is gone, which shows when it is next listened to
            return

    def next_event(self, deadline: float) -> dict[str, object] | None:
        """What it says next; None when it is gone or the time is up."""
        while not self._events:
            readable, _, _ = select.select([self._control], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                return None
            try:
                data = self._control.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                self._is_gone = True
                return None
            self._events.extend(json.loads(header) for header, _ in self._frames.feed(data))
        return self._events.popleft()

    def stop(self) -> None:
        """End it; its child goes with it, and its scratch folder."""
        self._control.close()
        try:
            self._process.wait(timeout=_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        if self._process.returncode != 0:
            self._end_stragglers()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _greet(self, is_unwanted: Callable[[], bool]) -> dict[str, object]:
        deadline = time.monotonic() + _START_TIMEOUT_S
        ready = None
        while ready is None and not self._is_gone and time.monotonic() < deadline and not is_unwanted():
            ready = self.next_event(min(deadline, time.monotonic() + _LOOK_S))
        if ready is not None and ready.get("event") == "ready":
            self._refuse_without_box(BoxReport.model_validate(ready["box"]))
            self._refuse_without_gpu(str(ready["gpu_problem"]))
            return ready
        words = self._last_words()
        self.stop()
        raise ExecutorError(
            f"no worker process could be started: {words or 'it ended without a word'}. "
            "`ge-tui doctor` shows what is missing"
        )

    def _refuse_without_box(self, box: BoxReport) -> None:
        if box.safe or self._trust:
            return
        self.stop()
        raise ExecutorError(
            f"{box.complaint()}. A genome could do harm here, so none is run. `ge-tui doctor` shows what could be "
            "done; to run genomes all the same, code you would run yourself, give --i-trust-this-code"
        )

    def _refuse_without_gpu(self, problem: str) -> None:
        if is_busy(problem):
            self.stop()
            raise ExecutorError(
                f"the GPU is busy: {problem}. nvidia-smi shows what holds its memory; end that, or train with "
                "evaluation.device=cpu"
            )
        if problem:
            self.stop()
            raise ExecutorError(
                f"the GPU cannot be used from inside the box: {problem}. Train with evaluation.device=cpu; where a "
                "layer is named here, evaluation.box.without=LAYER leaves it out, and the box is weaker by that"
            )

    def _last_words(self) -> str:
        self._process.kill()
        if self._process.stderr is None:
            return ""
        lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:500] if lines else ""

    def _end_stragglers(self) -> None:
        """End what outlives a server that was killed: its child dies with it, but not that one's children."""
        for _ in range(_MAX_SWEEPS):  # again, for one may be born while the others are looked for
            found = list(_started_under(self._scratch))
            if not found:
                return
            for process in found:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(found, timeout=_STOP_TIMEOUT_S)


def _started_under(scratch: Path) -> Iterator[psutil.Process]:
    """The processes that have a folder for scratch, whoever their parents are."""
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR") == str(scratch):
                yield process
        except (psutil.Error, OSError):
            continue
