"""Going through the record of a network without the genome: does it answer as the network does, and what does it cost?

No line of the genome runs in this process, so nothing here can be patched, timed or tricked by one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from statistics import median
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import Job, Measured
from ge_tui.evaluation.worker.dataset import Arrays
from ge_tui.evaluation.worker.failure import GenomeFailureError
from ge_tui.evaluation.worker.packing import answers_as_bytes, unpack
from ge_tui.evaluation.worker.resident import ResidentData

_WARMUP = 3
_REFUSED = ("from_file", "set_", "_local_scalar_dense", "item")
_MOVES = ("clone", "_to_copy", "copy_", "cat", "stack", "detach", "index", "index_select", "gather", "constant_pad_nd",
          "empty", "zeros", "ones", "full", "arange", "lift_fresh_copy", "_unsafe_view", "repeat", "flip",
          "roll", "contiguous", "embedding", "upsample_nearest2d", "pixel_shuffle", "fill", "zero")  # fmt: skip
"""Operations that compute nothing."""


def measure(job: Job, arrays: Arrays, trained: bytes, record: bytes, send: Callable[[Measured, bytes], None]) -> None:
    """Answer for the images of a job by a record, and say what that costs. Raises GenomeFailureError."""
    data = ResidentData(job, arrays)
    try:
        replay = _Replay(unpack(record), unpack(trained), data)
        images = [data.prepare(data.val_images[number : number + 1]) for number in range(len(job.images))]
        with torch.no_grad():
            flops = _count(replay, images[0])
            found = [_timed(replay, image, data) for image in [*images[:1] * _WARMUP, *images]][_WARMUP:]
        answers = torch.cat([answer.float().reshape(1, -1).cpu() for answer, _ in found])
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        words = f"{type(error).__name__}: {error}"[:500]
        raise GenomeFailureError(Outcome.CRASHED, f"its record cannot be followed: {words}") from error
    send(
        Measured(flops=flops, latency_ms=median(seconds for _, seconds in found) * 1e3),
        answers_as_bytes(answers),
    )


class _Replay:
    """A record, ready to be followed."""

    def __init__(self, tensors: dict[str, Tensor], state: dict[str, Tensor], data: ResidentData) -> None:
        self._device = data.device
        head = json.loads(tensors.pop("").numpy().tobytes())
        strides = {int(number): tuple(stride) for number, stride in head["strides"].items()}
        kept = {int(number): state[name] for number, name in head["state"].items()}
        kept |= {int(number): tensor for number, tensor in tensors.items()}
        self._kept = {number: self._laid_out(tensor, strides[number]) for number, tensor in kept.items()}
        self._calls = [(_operation(name), args, kwargs, results) for name, args, kwargs, results in head["calls"]]
        self._answer = int(head["answer"])

    def __call__(self, image: Tensor, look: Callable[[Any, list[Tensor], object], None] | None = None) -> Tensor:
        known = {**self._kept, 0: image}
        for operation, args, kwargs, results in self._calls:
            given, named = self._decode(args, known), self._decode(kwargs, known)
            answer = operation(*given, **named)
            if look is not None:
                look(operation, [*_tensors(given), *_tensors(named.values())], answer)
            _keep(answer, results, known)
        return known[self._answer]

    def _laid_out(self, tensor: Tensor, stride: tuple[int, ...]) -> Tensor:
        """On the device, in the order of the network's own; one that overlaps itself is laid out plainly."""
        if 0 in stride or len(stride) != tensor.dim():
            return tensor.to(self._device)
        made = torch.empty_strided(tensor.shape, stride, dtype=tensor.dtype, device=self._device)
        return made.copy_(tensor)

    def _decode(self, thing: Any, known: dict[int, Tensor]) -> Any:
        if isinstance(thing, list):
            return [self._decode(part, known) for part in thing]
        if not isinstance(thing, dict):
            return thing
        ((word, value),) = thing.items()
        match word:
            case "tensor":
                return known[value]
            case "named":
                return {name: self._decode(part, known) for name, part in value.items()}
            case "device":
                return torch.device("cpu") if value else self._device
            case "dtype" | "layout" | "memory_format":
                found = getattr(torch, value)
                if isinstance(found, torch.dtype | torch.layout | torch.memory_format):
                    return found
        raise ValueError(f"'{word}' is nothing that a record holds")


def _operation(name: str) -> Any:
    """An operation of torch's own by its full name, such as aten.add.Tensor."""
    space, packet, overload = name.split(".")
    if space != "aten" or packet in _REFUSED:
        raise ValueError(f"{name} is no operation for a record")
    return getattr(getattr(torch.ops.aten, packet), overload)


def _tensors(things: Iterable[Any]) -> Iterator[Tensor]:
    for thing in things:
        if isinstance(thing, Tensor):
            yield thing
        elif isinstance(thing, list | tuple):
            yield from _tensors(thing)


def _keep(answer: Any, results: Any, known: dict[int, Tensor]) -> None:
    if isinstance(results, int):
        known[results] = answer
    elif isinstance(results, list):
        for part, result in zip(answer, results, strict=True):
            _keep(part, result, known)


def _count(replay: _Replay, image: Tensor) -> int:
    """Floating point operations by torch's formulas; or of all the rest, where somebody computes by that instead."""
    others = 0

    def look(operation: Any, given: list[Tensor], answer: object) -> None:
        nonlocal others
        others += _work(operation, given, [*_tensors([answer])])

    with FlopCounterMode(display=False) as counter:
        replay(image, look)
    return max(int(counter.get_total_flops()), others)


def _work(operation: Any, given: list[Tensor], answers: list[Tensor]) -> int:
    """Of an operation without a formula: one a number; of a product of some kind two for each number and its sum."""
    packet = operation._overloadpacket
    name = packet.__name__
    if packet in flop_registry or name in _MOVES or operation.is_view or not answers:
        return 0
    made = answers[0]
    if "rnn" in name or (len(given) > 1 and "sampler" not in name and not _is_elementwise(given, made)):
        return 2 * made.numel() * max((side for tensor in given for side in tensor.shape), default=1)
    return max(tensor.numel() for tensor in (*given, *answers))


def _is_elementwise(given: list[Tensor], made: Tensor) -> bool:
    """Whether each number of an answer comes from one of each tensor, or the answer is one of them made over."""
    if any(tensor.shape == made.shape for tensor in given):
        return True
    try:
        return bool(torch.broadcast_shapes(*(t.shape for t in given)) == made.shape)  # type: ignore[no-untyped-call]
    except RuntimeError:
        return False


def _timed(replay: _Replay, image: Tensor, data: ResidentData) -> tuple[Tensor, float]:
    started = time.perf_counter()
    answer = replay(image)
    if data.device.type == "cuda":
        torch.cuda.synchronize()
    seconds = time.perf_counter() - started
    if not isfinite(float(answer.sum())):
        raise ValueError("its answer is not finite")
    return answer, seconds
