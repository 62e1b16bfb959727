"""Builds and trains genomes for one step. Runs as a process of its own: JSON on stdin, JSON on stdout.

In: {"sources": [text...], "network": name, "optimizer": name, "sizes": [pixels...]}.
Out: [{"params": number, "problem": text or null}...].
"""

import json
import sys
from typing import Any

import torch
import torch.nn.functional as F


def main() -> None:
    torch.set_num_threads(1)
    request = json.load(sys.stdin)
    json.dump([trial(source, request) for source in request["sources"]], sys.stdout)


def trial(source: str, request: dict[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "genome"}
    params = 0
    try:
        exec(compile(source, "genome", "exec"), names)
        for size in request["sizes"]:
            params = train_a_step(names[request["network"]], names[request["optimizer"]], size)
    except Exception as error:  # noqa: BLE001 - whatever a genome does is what is asked for
        return {"params": params, "problem": f"{type(error).__name__}: {error}"}
    return {"params": params, "problem": None}


def train_a_step(network: Any, make_optimizer: Any, size: int) -> int:
    torch.manual_seed(0)
    model = network(10, 3)
    optimizer = make_optimizer(model, 0.05, weight_decay=5e-4, nesterov=True)
    model.train()
    loss = F.cross_entropy(model(torch.randn(4, 3, size, size)), torch.tensor([0, 3, 6, 9]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if not torch.isfinite(loss):
        raise ValueError(f"the loss is {loss.item()}")
    if not all(torch.isfinite(parameter).all() for parameter in model.parameters()):
        raise ValueError("a weight is not finite after one step")
    model.eval()
    with torch.no_grad():
        if model(torch.randn(2, 3, size, size)).shape != (2, 10):
            raise ValueError("the output has another shape")
    return sum(parameter.numel() for parameter in model.parameters())


if __name__ == "__main__":
    main()
