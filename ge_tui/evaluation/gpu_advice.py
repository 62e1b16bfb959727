"""What to tell a user whose GPU cannot be used."""

from __future__ import annotations

from pathlib import Path

_DRIVER = "/proc/driver/nvidia/version"
_BUSY = ("out of memory", "busy or unavailable", "exclusive")
_CUDA_TORCH = (
    "put a build of torch with CUDA in its place: pip install --force-reinstall torch torchvision (see the README)"
)


def why_no_gpu(torch: str, cuda_build: str | None) -> tuple[str, str]:
    """Why torch finds no GPU, and what to do. cuda_build: the version of CUDA that torch was built with."""
    there = Path(_DRIVER).exists()
    if there and not cuda_build:
        return f"there is an NVIDIA GPU, but torch {torch} is built without CUDA", _CUDA_TORCH
    if there:
        return (
            f"there is an NVIDIA GPU, but torch {torch} (CUDA {cuda_build}) cannot use it",
            "the driver may be too old for this CUDA, or CUDA_VISIBLE_DEVICES hides the GPU; nvidia-smi shows both",
        )
    return (
        "torch finds none",
        "trainings run on the CPU; for an NVIDIA card install the driver and a CUDA build of torch",
    )


def is_busy(problem: str) -> bool:
    """Whether a computation on a GPU failed for want of room on it, and not because of the box."""
    return any(sign in problem.lower() for sign in _BUSY)
