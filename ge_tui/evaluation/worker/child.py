"""What a forked child does: take its limits, do one job, answer, and leave without a word."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import NoReturn

import psutil
import torch

from ge_tui.evaluation.model import Value
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import MAX_REASON, Failed, Job, encode
from ge_tui.evaluation.worker.failure import failure_from
from ge_tui.evaluation.worker.inspection import inspect_genome
from ge_tui.evaluation.worker.trainer import train

_PR_SET_PDEATHSIG = 1
_LAST_WORDS = 64 << 20


def run_child(job: Job, server: int, result_fd: int, output_fd: int) -> NoReturn:
    """Do a job in this process, which was just forked for it; never returns, whatever a genome does."""
    try:
        os.setsid()
        _die_with(server)
        _redirect(output_fd)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        _limit_memory(job)
        torch.set_num_threads(job.threads)
        _answer(job, result_fd)
        _flush()
        os._exit(0)
    finally:
        os._exit(1)  # even the answer failed: closed descriptors, no memory left


def _answer(job: Job, result_fd: int) -> None:
    def send(message: Value, payload: bytes = b"") -> None:
        _write_all(result_fd, encode(message, payload))

    try:
        if job.kind == "check":
            send(inspect_genome(job))
        else:
            train(job, send)
    except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of a genome are failures too)
        _make_room()
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
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != server:
            os._exit(1)


def _redirect(output_fd: int) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    os.close(null)
    os.close(output_fd)


def _limit_memory(job: Job) -> None:
    """Let allocation itself fail first, so that the genome's own line is in the report.

    Not on a GPU: drivers reserve far more address space than they use. The fork server's watch on resident
    memory holds everywhere.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if job.device != "cpu" or sys.platform != "linux":
        return
    used = psutil.Process().memory_info().data
    limit = used + job.limits.memory_mb * (1 << 20)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit + _LAST_WORDS))


def _make_room() -> None:
    """Memory for saying what went wrong, when it was memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


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
