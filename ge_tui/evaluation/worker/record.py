"""How a network comes to an answer, written down as the operations of torch that it makes, in their order.

A record is data: names of operations, numbers, and tensors by reference. Gone through elsewhere, without the genome,
it answers as the network does, or it is no record of it; so what it costs there is what the network costs.
"""

from __future__ import annotations

import json
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from ge_tui.evaluation import weights
from ge_tui.evaluation.worker.packing import as_bytes

_MOST_CALLS = 100_000
_MOST_CONSTANTS = 1 << 26
"""Bytes."""
_KINDS: tuple[tuple[type, str], ...] = (
    (torch.dtype, "dtype"),
    (torch.layout, "layout"),
    (torch.memory_format, "memory_format"),
)


class Unrecordable(Exception):  # noqa: N818  (a thing about the network, not an error of anyone's)
    """Something that has no place in a record."""


def record_answer(network: nn.Module, image: Tensor) -> bytes:
    """The record of a network's answer for one image [1, channels, height, width]. Raises whatever a network may."""
    recorder = _Recorder(network, image)
    with recorder:
        answer = network(image)
    return recorder.close(answer)


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch has no types for it
    def __init__(self, network: nn.Module, image: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._numbers: dict[int, int] = {}
        self._alive: list[Tensor] = []
        self._calls: list[list[object]] = []
        self._state: dict[int, str] = {}
        self._strides: dict[int, tuple[int, ...]] = {}
        self._constants: dict[str, tuple[str, tuple[int, ...], bytes]] = {}
        self._size = 0
        self._note(image)
        named = [*network.named_parameters(remove_duplicate=False), *network.named_buffers(remove_duplicate=False)]
        for name, tensor in named:
            number = self._note(tensor)
            self._state[number] = name
            self._strides[number] = tensor.stride()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [self._encode(args), self._encode(kwargs or {})]
        answer = func(*args, **(kwargs or {}))
        if len(self._calls) >= _MOST_CALLS:
            raise Unrecordable("operations without end")
        self._calls.append([str(func), *given, self._results(answer)])
        return answer

    def close(self, answer: Tensor) -> bytes:
        head = {
            "calls": self._calls,
            "state": self._state,
            "strides": self._strides,
            "answer": self._numbers[id(answer)],
        }
        text = json.dumps(head).encode()
        return weights.join({"": ("U8", (len(text),), text), **self._constants})

    def _note(self, tensor: Tensor) -> int:
        """Its number; it is kept, so that no other can come to have its identity."""
        if id(tensor) not in self._numbers:
            self._numbers[id(tensor)] = len(self._alive)
            self._alive.append(tensor)
        return self._numbers[id(tensor)]

    def _results(self, answer: Any) -> object:
        if isinstance(answer, Tensor):
            return self._note(answer)
        return [self._results(part) for part in answer] if isinstance(answer, tuple | list) else None

    def _encode(self, thing: Any) -> object:
        if thing is None or isinstance(thing, bool | int | float | str):
            return thing
        if isinstance(thing, Tensor):
            return {"tensor": self._known(thing)}
        if isinstance(thing, tuple | list):
            return [self._encode(part) for part in thing]
        if isinstance(thing, dict):
            return {"named": {str(name): self._encode(part) for name, part in thing.items()}}
        if isinstance(thing, torch.device):
            return {"device": thing.type == "cpu"}
        for kind, word in _KINDS:
            if isinstance(thing, kind):
                return {word: str(thing).removeprefix("torch.")}
        raise Unrecordable(f"a {type(thing).__name__}")

    def _known(self, tensor: Tensor) -> int:
        """The number of a tensor; one that comes from nowhere is a constant, and goes with the record."""
        if id(tensor) in self._numbers:
            return self._numbers[id(tensor)]
        number = self._note(tensor)
        self._strides[number] = tensor.stride()
        packed = as_bytes(f"constant {number}", tensor)
        self._size += len(packed[2])
        if self._size > _MOST_CONSTANTS:
            raise Unrecordable("constants without end")
        self._constants[str(number)] = packed
        return number
