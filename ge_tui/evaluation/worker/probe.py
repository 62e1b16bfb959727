"""`python -m ge_tui.evaluation.worker.probe`: what torch finds on this machine, as one JSON object."""

from __future__ import annotations

import json

import torch

from ge_tui.evaluation.worker.torchvision_compat import pair_status


def devices() -> list[str]:
    """The accelerators torch can use, with their memory."""
    found = []
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(number)
            found.append(f"{properties.name} ({properties.total_memory / 2**30:.0f} GiB)")
    if torch.backends.mps.is_available():
        found.append("Apple GPU (mps)")
    return found


if __name__ == "__main__":
    said = {"torch": str(torch.__version__), "cuda": torch.version.cuda, "torchvision": pair_status()}
    print(json.dumps({**said, "devices": devices()}))
