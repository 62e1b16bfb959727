"""`python -m ge_tui.evaluation.worker FD SCRATCH PLAN LURES`: load torch, then serve the engine at FD."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from ge_tui.evaluation.box.assemble import BoxPlan, assemble
from ge_tui.evaluation.box.gpu_way import find_way
from ge_tui.evaluation.box.lures import LurePlan
from ge_tui.evaluation.box.selftest import examine
from ge_tui.evaluation.worker.gpu_trial import compute_in, wake_driver
from ge_tui.evaluation.worker.memory import keep_freed_memory
from ge_tui.evaluation.worker.scratch import Scratch
from ge_tui.evaluation.worker.server import ForkServer


def main() -> None:
    """Serve until the engine is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    scratch = Scratch(Path(sys.argv[2]))
    torch.set_num_threads(1)
    keep_freed_memory()
    _load_lazy_parts()
    plan = BoxPlan.model_validate_json(sys.argv[3])
    if plan.device == "cuda":
        wake_driver()
    trial = find_way(assemble(plan, scratch.folder), compute_in)
    box = trial.box
    lures = LurePlan.model_validate_json(sys.argv[4])
    report = examine(box, lures, thorough=False)
    shutil.rmtree(lures.folder, ignore_errors=True)  # the engine does so too, unless it is gone
    greeting = {**_machine(), "box": report.model_dump(mode="json"), "gpu_problem": trial.problem}
    ForkServer(control, scratch, box).serve(greeting)
    os._exit(0)  # torch takes a second to leave in good order, and there is nothing left to save


def _load_lazy_parts() -> None:
    """Touch what torch imports on first use (seconds), so that every child finds it loaded."""
    layer = torch.nn.Linear(1, 1)
    torch.optim.SGD(layer.parameters(), lr=0.1)
    with torch.no_grad(), FlopCounterMode(display=False):
        layer(torch.zeros(1, 1))
    with torch.device("meta"):
        torch.nn.Conv2d(1, 1, 1)(torch.zeros(1, 1, 1, 1))


def _machine() -> dict[str, object]:
    """What the engine needs to know of torch and the devices; asks the driver without starting CUDA here."""
    return {
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "cuda_devices": torch.cuda.device_count() if torch.version.cuda else 0,
        "mps": bool(torch.backends.mps.is_available()),
    }


if __name__ == "__main__":
    main()
