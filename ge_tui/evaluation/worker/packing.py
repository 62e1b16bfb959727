"""A network's state as bytes, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

import torch
from torch import Tensor, nn

from ge_tui.evaluation import weights
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import StateRow
from ge_tui.evaluation.worker.failure import GenomeFailureError

_KINDS = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip
_TYPES = {word: kind for kind, word in _KINDS.items()}


def pack(network: nn.Module) -> bytes:
    """A network's weights. Raises GenomeFailureError (build) for what has no place in them."""
    return weights.join({name: as_bytes(name, tensor) for name, tensor in nn.Module.state_dict(network).items()})


def answers_as_bytes(answers: Tensor) -> bytes:
    """A network's answers as they are sent: float32, little-endian, [n, classes]."""
    return answers.cpu().contiguous().numpy().astype("<f4").tobytes()


def fill(network: nn.Module, read: Callable[[], Mapping[str, Tensor]]) -> None:
    """Give a network built anew its trained numbers. Raises GenomeFailureError (forged) where they do not fit."""
    try:
        network.load_state_dict(read())
    except (RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        words = str(error)[:500]
        raise GenomeFailureError(Outcome.FORGED, f"the trained weights do not fit the network: {words}") from error


def describe(network: nn.Module) -> tuple[StateRow, ...]:
    """What a network's weights are, without their numbers. Raises GenomeFailureError (build)."""
    return tuple(
        StateRow(name=name, kind=_kind(name, tensor), shape=tuple(tensor.shape))
        for name, tensor in nn.Module.state_dict(network).items()
    )


def as_bytes(name: str, tensor: Tensor) -> tuple[str, tuple[int, ...], bytes]:
    """A tensor's type, shape and numbers. Raises GenomeFailureError (build)."""
    kind = _kind(name, tensor)
    plain = tensor.detach().cpu().contiguous()
    data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
    return kind, tuple(tensor.shape), data


def _kind(name: str, tensor: object) -> str:
    if not isinstance(tensor, Tensor) or tensor.dtype not in _KINDS or tensor.is_sparse:
        raise GenomeFailureError(Outcome.BUILD, f"the network's state '{name[:100]}' cannot be kept as weights")
    return _KINDS[tensor.dtype]


def unpack(data: bytes) -> dict[str, Tensor]:
    """Raises ValueError."""
    entries = weights.read_entries(data)
    return {
        name: tensor_from(entry.kind, entry.shape, data[entry.start : entry.end]) for name, entry in entries.items()
    }


def tensor_from(kind: str, shape: tuple[int, ...], data: bytes) -> Tensor:
    """A tensor of its own from its numbers."""
    raw = torch.frombuffer(bytearray(data or b"\0" * 8), dtype=_TYPES[kind])
    return raw[: prod(shape)].reshape(shape)
