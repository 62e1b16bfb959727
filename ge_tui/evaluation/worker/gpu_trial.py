"""Whether a GPU can be used from inside the box: asked once, before any genome is blamed for it."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

import torch

from ge_tui.evaluation.box.assemble import Box
from ge_tui.evaluation.box.limits import Allowance

_WAIT_S = 60.0
_ALLOWED = Allowance(wall_s=_WAIT_S, memory_mb=4096)


def gpu_problem(box: Box) -> str:
    """Why a computation on the GPU fails in the box; empty where it does not, or none is to be used."""
    if box.device != "cuda":
        return ""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        _compute(box, write)
    os.close(write)
    timer = threading.Timer(_WAIT_S, _kill, (pid,))
    timer.start()
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read(2000).decode(errors="replace")
    timer.cancel()
    timer.join()
    os.waitpid(pid, 0)
    return "" if said == "+" else said or f"it did not answer within {_WAIT_S:g} s"


def _compute(box: Box, write: int) -> None:
    try:
        box.enter(_ALLOWED, keep=(write,))
        ones = torch.ones(64, 64, device="cuda")
        said = "+" if float((ones @ ones).sum()) == 64.0**3 else "it computes wrongly"
    except BaseException as error:  # noqa: BLE001  (this process must end here, whatever happens)
        said = f"{type(error).__name__}: {error}"
    try:
        os.write(write, said.encode()[:2000])
    finally:
        os._exit(0)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
