"""What a forked child does: take its limits, do one job, answer, and leave without a word."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from typing import NoReturn

import torch

from ge_tui.evaluation.box import kernel, limits
from ge_tui.evaluation.box.assemble import Box
from ge_tui.evaluation.model import Value
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import MAX_REASON, Failed, Job, encode
from ge_tui.evaluation.worker.dataset import read_arrays, read_bytes, read_images
from ge_tui.evaluation.worker.failure import failure_from
from ge_tui.evaluation.worker.inspection import inspect_genome
from ge_tui.evaluation.worker.measure import measure
from ge_tui.evaluation.worker.shipping import ship
from ge_tui.evaluation.worker.trainer import train
from ge_tui.evaluation.worker.verification import verify


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What a child holds open."""

    answers: int
    output: int
    alarm: int
    """Says why the box could not be entered; closed before any genome code runs."""
    data: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Every descriptor."""
        return (self.answers, self.output, self.alarm, *self.data)


def run_child(job: Job, box: Box, server: int, held: Descriptors) -> NoReturn:
    """Do a job in this process, which was just forked for it; never returns, whatever a genome does."""
    try:
        os.setsid()
        _die_with(server)
        try:
            box.enter(job.limits, keep=held.all)
            if not box.has_private_files:
                _die_with(server)  # forgotten by the kernel when the user changes
        except BaseException as error:
            os.write(held.alarm, kernel.why(error).encode()[:1000])
            raise
        os.close(held.alarm)
        _redirect(held.output)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        torch.set_num_threads(job.threads)
        _answer(job, held)
        _flush()
        os._exit(0)
    finally:
        os._exit(1)  # even the answer failed: closed descriptors, no memory left


def _answer(job: Job, held: Descriptors) -> None:
    def send(message: Value, payload: bytes = b"") -> None:
        _write_all(held.answers, encode(message, payload))

    try:
        if job.kind == "check":
            send(inspect_genome(job))
        elif job.kind == "train":
            train(job, read_arrays(held.data), send)
        elif job.kind == "verify":
            numbers = held.data[2]
            verify(job, read_images(held.data[:2], job.images), lambda: read_bytes(numbers), send)
        elif job.kind == "measure":
            trained, record = map(read_bytes, held.data[2:4])
            measure(job, read_images(held.data[:2], job.images), trained, record, send)
        else:
            ship(job, read_arrays(held.data[:3]), read_bytes(held.data[3]), send)
    except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of a genome are failures too)
        limits.make_room()
        send(_as_message(error))


def _as_message(error: BaseException) -> Failed:
    try:
        failure = failure_from(error, Outcome.CRASHED, "the evaluation")
        text = failure.reason.encode("utf-8", "replace").decode()
        return Failed(outcome=failure.outcome, reason=text[:MAX_REASON])
    except BaseException:  # noqa: BLE001  (the genome's own exception class may do anything when looked at)
        return Failed(outcome=Outcome.CRASHED, reason="the evaluation: an error that cannot be put into words")


def _die_with(server: int) -> None:
    """Ask Linux to kill this process when the fork server ends; elsewhere the broken pipe does it."""
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server:
            os._exit(1)


def _redirect(output_fd: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    os.close(null)
    os.close(output_fd)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001  (the genome may have put anything in its place)
            return
