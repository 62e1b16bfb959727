"""Whether a GPU can be used from inside the box, and what it takes: tried before any genome is blamed for it.

`python -m ge_tui.evaluation.worker.gpu_trial FOLDER PLAN` says so as JSON.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import torch

from ge_tui.evaluation.box.assemble import Box, BoxPlan, assemble
from ge_tui.evaluation.box.gpu_way import find_way
from ge_tui.evaluation.box.limits import Allowance

_WAIT_S = 60.0
_ALLOWED = Allowance(wall_s=_WAIT_S, memory_mb=4096)
_DRIVER = "libcuda.so.1"


def wake_driver() -> None:
    """Have the driver make its device files, which it does at its first use, and cannot do from inside a box."""
    pid = os.fork()
    if pid == 0:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(_DRIVER).cuInit(0)
        os._exit(0)
    os.waitpid(pid, 0)


def compute_in(box: Box) -> str:
    """Multiply two matrices on the GPU in a child in this box."""
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
        ones = torch.ones(64, 64, device=box.device)
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


if __name__ == "__main__":
    wake_driver()
    found = find_way(assemble(BoxPlan.model_validate_json(sys.argv[2]), Path(sys.argv[1])), compute_in)
    print(json.dumps({"openings": sorted(found.box.openings), "problem": found.problem}))
