"""One slot: a fork server and the conversation with it. Blocking; runs in a thread of its own."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ge_tui.evaluation.executors.base import ExecutorError
from ge_tui.evaluation.protocol import (
    Answer,
    FrameReader,
    Job,
    ProtocolError,
    encode,
    parse_answer,
)

_START_TIMEOUT_S = 120.0
_GRACE_S = 10.0
"""How much longer than a job's own limit the fork server may take before it is given up."""
_DRAIN_S = 1.0
_TAIL = 4000
_KEPT_VARIABLES = (
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "CUDA_HOME",
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended, as the fork server saw it."""

    code: int
    """The exit code; the negative signal number for one that died of a signal."""
    ended_by: str
    """Empty; or why it was ended: wall, memory, output, message, cancelled."""
    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str
    """The end of what it printed."""


@dataclass(slots=True)
class _Streams:
    """What a child says and prints while it runs."""

    answers: int
    output: int
    reader: FrameReader
    printed: int = 0
    tail: bytearray = field(default_factory=bytearray)
    open: set[int] = field(default_factory=set)


class Slot:
    """Runs one job at a time in a child of its fork server, which is started when first needed.

    `fresh` starts a new fork server for every job: slower by the import of torch, for systems where a
    process with loaded frameworks cannot be forked safely.
    """

    def __init__(self, *, environment: dict[str, str] | None = None, fresh: bool = False, max_output: int) -> None:
        self._environment = environment or {}
        self._fresh = fresh
        self._max_output = max_output
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._frames = FrameReader()
        self._cancelled = threading.Event()
        self._wake_read, self._wake_write = os.pipe()
        self.greeting: dict[str, object] = {}

    def start(self) -> dict[str, object]:
        """Start the fork server if it is not running; what it says of the machine. Raises ExecutorError."""
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._launch()
        return self.greeting

    def run(self, job: Job, on_answer: Callable[[Answer, bytes], None], max_payload: int = 0) -> Ending:
        """Run a job to its end, handing over each answer as it comes.

        `on_answer` may raise ProtocolError to end the child. Raises ExecutorError when no worker can be had.
        """
        self._cancelled.clear()
        self.start()
        started = time.monotonic()
        streams = self._request(job, max_payload)
        try:
            ending = self._converse(job, streams, on_answer, started)
        finally:
            os.close(streams.answers)
            os.close(streams.output)
        if self._fresh:
            self._stop()
        return ending

    def cancel(self) -> None:
        """End the job under way; may be called from any thread."""
        self._cancelled.set()
        os.write(self._wake_write, b"x")

    def close(self) -> None:
        self._stop()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _launch(self) -> None:
        ours, theirs = socket.socketpair()
        self._scratch = tempfile.TemporaryDirectory(prefix="ge-tui-", ignore_cleanup_errors=True)
        command = [sys.executable, "-P", "-m", "ge_tui.evaluation.worker", str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                cwd=self._scratch.name,
                env=_environment(Path(self._scratch.name), self._environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        self._control = ours
        self._frames = FrameReader()
        ready = self._next_event(time.monotonic() + _START_TIMEOUT_S)
        if ready is None or ready.get("event") != "ready":
            words = self._last_words()
            self._stop()
            raise ExecutorError(
                f"no worker process could be started: {words or 'it ended without a word'}. "
                "`ge-tui doctor` shows what is missing"
            )
        self.greeting = ready

    def _last_words(self) -> str:
        if self._process is None or self._process.stderr is None:
            return ""
        self._process.kill()
        lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:500] if lines else ""

    def _request(self, job: Job, max_payload: int) -> _Streams:
        assert self._control is not None
        answers_read, answers_write = os.pipe()
        output_read, output_write = os.pipe()
        try:
            frame = encode({"request": "run"}, job.model_dump_json().encode())
            sent = socket.send_fds(self._control, [frame], [answers_write, output_write])
            self._control.sendall(frame[sent:])
        except OSError as error:
            os.close(answers_read)
            os.close(output_read)
            self._stop()
            raise ExecutorError(f"the worker process went away: {error}") from error
        finally:
            os.close(answers_write)
            os.close(output_write)
        return _Streams(answers_read, output_read, FrameReader(max_payload), open={answers_read, output_read})

    def _converse(
        self, job: Job, streams: _Streams, on_answer: Callable[[Answer, bytes], None], started: float
    ) -> Ending:
        """Read until the fork server reports the end and both pipes are empty."""
        assert self._control is not None
        deadline = started + job.limits.wall_s + _GRACE_S
        ended: dict[str, object] | None = None
        why = ""
        drain_until = deadline
        while ended is None or streams.open:
            limit = deadline if ended is None else drain_until
            sources = [*streams.open, *([self._control.fileno()] if ended is None else []), self._wake_read]
            readable, _, _ = select.select(sources, [], [], max(0.0, limit - time.monotonic()))
            if not readable:
                break
            if self._wake_read in readable:
                os.read(self._wake_read, 64)
            said = self._listen(streams, readable, on_answer, muted=bool(why))
            if self._cancelled.is_set():
                said = "cancelled"
            if said and not why:
                why = said
                self._end(why)
            if self._control.fileno() in readable:
                ended = self._next_event(time.monotonic() + _GRACE_S)
                drain_until = time.monotonic() + _DRAIN_S
                if ended is None:
                    break
        output = bytes(streams.tail).decode(errors="replace")
        if ended is None:  # the fork server is dead or deaf
            self._stop()
            why = why or ("wall" if time.monotonic() >= deadline else "server")
            return Ending(-9, why, time.monotonic() - started, 0.0, 0.0, output)
        return _ending(ended, why, output)

    def _listen(
        self,
        streams: _Streams,
        readable: list[int],
        on_answer: Callable[[Answer, bytes], None],
        *,
        muted: bool,
    ) -> str:
        """Take in what has come; why the child must be ended, or an empty string."""
        why = ""
        if streams.output in readable and streams.output in streams.open:
            data = os.read(streams.output, 1 << 16)
            streams.printed += len(data)
            streams.tail = bytearray((streams.tail + data)[-_TAIL:])
            if not data:
                streams.open.discard(streams.output)
            elif streams.printed > self._max_output:
                why = "output"
        if streams.answers in readable and streams.answers in streams.open:
            data = os.read(streams.answers, 1 << 16)
            if not data:
                streams.open.discard(streams.answers)
            elif not muted:
                try:
                    for header, payload in streams.reader.feed(data):
                        on_answer(parse_answer(header), payload)
                except ProtocolError:
                    why = "message"
        return why

    def _end(self, why: str) -> None:
        assert self._control is not None
        try:
            self._control.sendall(encode({"request": "end", "why": why}))
        except OSError:  # it is gone; the loop notices when it reads
            return

    def _next_event(self, deadline: float) -> dict[str, object] | None:
        """The next message of the fork server; None when it is gone or the time is up."""
        assert self._control is not None
        while True:
            readable, _, _ = select.select([self._control], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                return None
            try:
                data = self._control.recv(1 << 16)
            except OSError:
                return None
            if not data:
                return None
            for header, _payload in self._frames.feed(data):
                message = json.loads(header)
                return message if isinstance(message, dict) else None

    def _stop(self) -> None:
        """End the fork server; its child goes with it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stderr is not None:
                self._process.stderr.close()
            self._process = None
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None


def _ending(ended: dict[str, object], why: str, output: str) -> Ending:
    def number(name: str) -> float:
        value = ended.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    ended_by = str(ended.get("ended_by") or "") or why
    return Ending(int(number("code")), ended_by, number("wall_s"), number("cpu_s"), number("peak_mb"), output)


def _environment(scratch: Path, extra: dict[str, str]) -> dict[str, str]:
    """What a worker sees of the environment: no tokens, no agents, no display; its scratch as home."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        **extra,
    }
