"""`python -m ge_tui.evaluation.worker FD`: load torch, then serve the engine at the other end of FD."""

from __future__ import annotations

import socket
import sys

import torch
from torch.utils.flop_counter import FlopCounterMode

from ge_tui.evaluation.worker.server import ForkServer


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    torch.set_num_threads(1)
    _load_lazy_parts()
    try:
        ForkServer(control).serve(_machine())
    except BrokenPipeError:
        return


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
        "cuda_devices": torch.cuda.device_count() if torch.version.cuda else 0,
        "mps": bool(torch.backends.mps.is_available()),
    }


if __name__ == "__main__":
    main()
