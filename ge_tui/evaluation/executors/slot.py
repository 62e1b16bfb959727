"""One slot: a fork server and the conversation with it. Blocking; runs in a thread of its own."""

from __future__ import annotations

import os
import select
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.executors.base import ExecutorError
from ge_tui.evaluation.executors.cancellation import Cancellation
from ge_tui.evaluation.executors.handover import Handover
from ge_tui.evaluation.executors.server_process import ServerProcess
from ge_tui.evaluation.protocol import Answer, FrameReader, Job, ProtocolError, parse_answer

_GRACE_S = 10.0
"""How long the fork server may take to end a child before it is given up itself."""
_DRAIN_S = 1.0
_ATTEMPTS = 3
_TAIL = 4000
_CHUNK = 1 << 16
_DEFAULT_BOX = BoxPlan()

Data = Path | bytes | Handover
"""What a child finds open: a file, bytes as a file without a name, or a pipe for what comes later."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended, as the fork server saw it."""

    code: int
    """The exit code; the negative signal number for one that died of a signal."""
    ended_by: str
    """Empty; or why it was ended: wall, cpu, memory, processes, disk, output, message, cancelled, server."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    output: str = ""
    """The end of what it printed."""
    answered_s: float = 0.0
    """When its last answer came, by the engine's clock, since it was forked."""


@dataclass(slots=True)
class _Streams:
    """What a child says and prints while it runs."""

    answers: int
    output: int
    reader: FrameReader
    on_answer: Callable[[Answer, bytes], None]
    printed: int = 0
    tail: bytearray = field(default_factory=bytearray)
    open: set[int] = field(default_factory=set)
    forked: float = 0.0
    answered: float = 0.0

    def close(self) -> None:
        os.close(self.answers)
        os.close(self.output)


class _NotBegunError(Exception):
    """The fork server died before it had forked a child for the job."""


class Slot:
    """Runs one job at a time in a child of its fork server, which is started when first needed.

    `fresh` starts a new fork server for every job: slower by the import of torch, for systems where a
    process with loaded frameworks cannot be forked safely.
    """

    def __init__(
        self,
        *,
        environment: dict[str, str] | None = None,
        fresh: bool = False,
        max_output: int,
        box: BoxPlan = _DEFAULT_BOX,
        trust: bool = False,
    ) -> None:
        self._environment = environment or {}
        self._box = box
        self._trust = trust
        self._fresh = fresh
        self._max_output = max_output
        self._server: ServerProcess | None = None
        self._busy = threading.Lock()
        self._current: Cancellation | None = None
        self._closed = False

    def start(self) -> dict[str, object]:
        """Start the fork server if it is not running; what it says of the machine. Raises ExecutorError."""
        with self._busy:
            return self._running_server().greeting

    def run(
        self,
        job: Job,
        on_answer: Callable[[Answer, bytes], None],
        max_payload: int = 0,
        cancellation: Cancellation | None = None,
        data: Sequence[Data] = (),
    ) -> Ending:
        """Run a job to its end, handing over each answer as it comes; the child finds `data` open.

        `on_answer` may raise ProtocolError to end the child. Raises ExecutorError when no worker can be had.
        """
        cancellation = cancellation or Cancellation()
        with self._busy:
            self._current = cancellation
            try:
                return self._run(job, on_answer, max_payload, cancellation, data)
            except BaseException:  # nobody listens to the child any more, so it must not speak to the next job
                self._stop()
                raise
            finally:
                self._current = None
                if self._fresh:
                    self._stop()

    def discard(self) -> None:
        """Give the fork server up; the next job starts another."""
        with self._busy:
            self._stop()

    def close(self) -> None:
        """End the job under way and the fork server; from any thread, any number of times."""
        self._closed = True
        current = self._current
        if current is not None:
            current.ask()
        with self._busy:
            self._stop()

    def _run(
        self,
        job: Job,
        on_answer: Callable[[Answer, bytes], None],
        max_payload: int,
        cancellation: Cancellation,
        data: Sequence[Data],
    ) -> Ending:
        for _ in range(_ATTEMPTS):
            server = self._running_server()
            if cancellation.asked:
                return Ending(-9, "cancelled")
            try:
                streams = _request(server, job, on_answer, max_payload, data)
            except OSError:  # it died since the last job
                self._stop()
                continue
            try:
                with cancellation.watched() as asked:
                    return self._converse(server, job, streams, asked)
            except _NotBegunError:
                self._stop()
            finally:
                streams.close()
        raise ExecutorError("worker processes die before they begin with their work")

    def _running_server(self) -> ServerProcess:
        if self._closed:
            raise ExecutorError("the executor is closed")
        if self._server is not None and not self._server.alive:
            self._stop()
        if self._server is None:
            self._server = ServerProcess(
                self._environment, self._box, trust=self._trust, is_unwanted=lambda: self._closed
            )
        return self._server

    def _converse(self, server: ServerProcess, job: Job, streams: _Streams, asked: int) -> Ending:
        """Read until the fork server reports the end and both pipes are empty."""
        started = time.monotonic()
        deadline = started + job.limits.wall_s + _GRACE_S
        event: dict[str, object] | None = {}
        begun = ended = False
        why = ""
        while streams.open or not ended:
            sources = [*streams.open, *([] if ended else [server.fileno()]), *([] if why else [asked])]
            readable, _, _ = select.select(sources, [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                break
            said = self._listen(streams, readable, muted=bool(why)) or ("cancelled" if asked in readable else "")
            if said and not why:
                why = said
                server.end(why)
                deadline = min(deadline, time.monotonic() + _GRACE_S)
            if server.fileno() in readable:
                event = server.next_event(time.monotonic() + _GRACE_S)
                if event is None:
                    break
                begun = True
                if event["event"] == "forking":
                    streams.forked = time.monotonic()
                if event["event"] == "ended":
                    ended = True
                    deadline = time.monotonic() + _DRAIN_S
        output = bytes(streams.tail).decode(errors="replace")
        if event is not None and ended:
            if event.get("no_box"):
                raise ExecutorError(f"the box that held when the worker started holds no longer: {event['no_box']}")
            return replace(_ending(event, why, output), answered_s=max(0.0, streams.answered - streams.forked))
        if not begun and not why and time.monotonic() < deadline:
            raise _NotBegunError
        why = why or ("wall" if time.monotonic() >= deadline else "server")
        self._stop()  # it is dead or deaf
        return Ending(-9, why, time.monotonic() - started, output=output)

    def _listen(self, streams: _Streams, readable: list[int], *, muted: bool) -> str:
        """Take in what has come; why the child must be ended, or an empty string."""
        why = ""
        if streams.output in readable:
            data = os.read(streams.output, _CHUNK)
            streams.printed += len(data)
            streams.tail = bytearray((streams.tail + data)[-_TAIL:])
            if not data:
                streams.open.discard(streams.output)
            elif streams.printed > self._max_output:
                why = "output"
        if streams.answers in readable:
            data = os.read(streams.answers, _CHUNK)
            if not data:
                streams.open.discard(streams.answers)
            elif not muted:
                try:
                    for header, payload in streams.reader.feed(data):
                        streams.answered = time.monotonic()
                        streams.on_answer(parse_answer(header), payload)
                except ProtocolError:
                    why = "message"
        return why

    def _stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


def _request(
    server: ServerProcess,
    job: Job,
    on_answer: Callable[[Answer, bytes], None],
    max_payload: int,
    data: Sequence[Data],
) -> _Streams:
    """Hand a job over and get the reading ends of its child's pipes. Raises OSError when the server is gone."""
    answers_read, answers_write = os.pipe()
    output_read, output_write = os.pipe()
    streams = _Streams(answers_read, output_read, FrameReader(max_payload), on_answer, open={answers_read, output_read})
    try:
        with ExitStack() as opened:
            files = [_open(file, opened) for file in data]
            server.run(job, answers_write, output_write, files)
    except BaseException:
        streams.close()
        raise
    finally:
        os.close(answers_write)
        os.close(output_write)
    return streams


def _open(file: Data, opened: ExitStack) -> int:
    """A file to read from; bytes become one without a name."""
    try:
        if isinstance(file, Handover):
            return file.fileno()
        if isinstance(file, bytes):
            made = opened.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
            made.write(file)
            made.seek(0)
            return made.fileno()
        return opened.enter_context(file.open("rb")).fileno()
    except OSError as error:
        what = file if isinstance(file, Path) else "the trained weights"
        raise ExecutorError(f"{what} cannot be handed to a worker: {error.strerror}") from error


def _ending(ended: dict[str, object], why: str, output: str) -> Ending:
    def number(name: str) -> float:
        value = ended.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    ended_by = str(ended.get("ended_by") or "") or why
    return Ending(int(number("code")), ended_by, number("wall_s"), number("cpu_s"), number("peak_mb"), output)
