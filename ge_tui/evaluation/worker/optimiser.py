"""Making a genome's optimiser do its step in as few operations as torch can."""

from __future__ import annotations

import torch
from torch import nn

_FUSABLE = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW)


def quicken(optimizer: torch.optim.Optimizer, network: nn.Module) -> None:
    """Have one of torch's own optimisers step all parameters at once, where the genome left that open.

    The arithmetic is the same up to rounding. Whatever else a genome made itself is left as it is.
    """
    if type(optimizer) not in _FUSABLE or any(getattr(module, "sparse", False) for module in network.modules()):
        return
    for group in optimizer.param_groups:
        if group.get("fused") is None and group.get("foreach") is None and _is_plain(group):
            group["fused"] = True


def _is_plain(group: dict[str, object]) -> bool:
    parameters = group["params"]
    assert isinstance(parameters, list)
    devices = {parameter.device for parameter in parameters}
    plain = all(parameter.dtype is torch.float32 for parameter in parameters)
    settled = not (group.get("differentiable") or group.get("capturable") or isinstance(group["lr"], torch.Tensor))
    return plain and settled and len(devices) == 1 and devices.pop().type in ("cpu", "cuda")
