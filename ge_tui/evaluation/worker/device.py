"""How torch is to use a device: decided once a child, before anything is put on it."""

from __future__ import annotations

import torch


def prepare_device(device: str, share: float) -> None:
    """Choose what is fastest for batches of one size; on a CPU there is nothing to choose.

    share: the part of a GPU's memory that torch may take.
    """
    if device != "cuda":
        return
    torch.cuda.set_per_process_memory_fraction(share)
    torch.backends.cudnn.benchmark = True  # every batch has the same shape, so trying out pays within an epoch
    torch.set_float32_matmul_precision("high")  # TensorFloat-32 in what autocast leaves in float32
    torch.backends.cudnn.allow_tf32 = True


def has_bf16(device: str) -> bool:
    """Whether a device computes in bf16 itself: emulated it is slower than float32, on a CPU seven to fifteen times."""
    return device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
