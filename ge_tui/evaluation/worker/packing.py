"""A network's state as bytes, and back."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ge_tui.evaluation import weights
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.worker.failure import GenomeFailureError

_KINDS = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip


def pack(network: nn.Module) -> bytes:
    """A network's weights. Raises GenomeFailureError (build) for what has no place in them."""
    found = {}
    for name, tensor in nn.Module.state_dict(network).items():
        if not isinstance(tensor, Tensor) or tensor.dtype not in _KINDS or tensor.is_sparse:
            raise GenomeFailureError(Outcome.BUILD, f"the network's state '{name[:100]}' cannot be kept as weights")
        plain = tensor.detach().cpu().contiguous()
        data = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""
        found[name] = (_KINDS[tensor.dtype], tuple(tensor.shape), data)
    return weights.join(found)


def unpack(data: bytes) -> dict[str, Tensor]:
    """Raises ValueError."""
    kinds = {name: kind for kind, name in _KINDS.items()}
    tensors = {}
    for name, entry in weights.read_entries(data).items():
        raw = torch.frombuffer(bytearray(data[entry.start : entry.end] or b"\0" * 8), dtype=kinds[entry.kind])
        tensors[name] = raw[: entry.count].reshape(entry.shape)
    return tensors
