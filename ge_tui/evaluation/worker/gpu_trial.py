"""Whether a GPU can be used from inside the box, and what it takes: tried before any genome is blamed for it.

`python -m ge_tui.evaluation.worker.gpu_trial FOLDER PLAN` says so as JSON.

A driver asks for more than a genome may have: which, differs by its version. So a small computation is made in the
box as it is, then in one with the openings that drivers are known to need; where both fail, the layer in its way is
found by leaving one out after another. No run ever leaves one out by itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ge_tui.evaluation.box.assemble import Box, BoxPlan, Opening, assemble
from ge_tui.evaluation.box.limits import Allowance
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.gpu_advice import is_busy

_WAIT_S = 60.0
_ALLOWED = Allowance(wall_s=_WAIT_S, memory_mb=4096)
_IN_ITS_WAY = (Layer.SECCOMP, Layer.LANDLOCK, Layer.NAMESPACES, Layer.IDENTITY, Layer.LIMITS)
_DRIVER = "libcuda.so.1"

Trial = Callable[[Box], str]
"""A computation in a box; why it failed, or an empty text."""


@dataclass(frozen=True, slots=True)
class GpuTrial:
    """What was found out about the GPU in the box."""

    box: Box
    """To be used."""
    problem: str = ""
    """Why it cannot be used; empty where it can, or none is to be used."""


def wake_driver() -> None:
    """Have the driver make its device files, which it does at its first use, and cannot do from inside a box."""
    pid = os.fork()
    if pid == 0:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(_DRIVER).cuInit(0)
        os._exit(0)
    os.waitpid(pid, 0)


def find_way(box: Box, compute: Trial | None = None) -> GpuTrial:
    """The box in which the GPU works: as it is where it can be, else with the openings its driver needs."""
    if box.device != "cuda":
        return GpuTrial(box)
    compute = compute or _compute_in
    strict = compute(box)
    if not strict or is_busy(strict):
        return GpuTrial(box, strict)
    opened = replace(box, openings=frozenset(Opening))
    problem = compute(opened)
    if not problem:
        return GpuTrial(_closed_again(box, compute))
    for layer in _IN_ITS_WAY:
        if opened.uses(layer) and not compute(_without(opened, layer)):
            return GpuTrial(opened, f"{problem}; it works without {layer}")
    return GpuTrial(opened, f"{problem}; it fails without any one of the box's layers too")


def _closed_again(box: Box, compute: Trial) -> Box:
    """With one of the openings where that is enough."""
    for one in Opening:
        narrow = replace(box, openings=frozenset({one}))
        if not compute(narrow):
            return narrow
    return replace(box, openings=frozenset(Opening))


def _without(box: Box, layer: Layer) -> Box:
    states = (state.model_copy(update={"in_force": False}) if state.layer is layer else state for state in box.states)
    return replace(box, states=tuple(states))


def _compute_in(box: Box) -> str:
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
    found = find_way(assemble(BoxPlan.model_validate_json(sys.argv[2]), Path(sys.argv[1])))
    print(json.dumps({"openings": sorted(found.box.openings), "problem": found.problem}))
