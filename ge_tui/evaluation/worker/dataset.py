"""The data of a training, read from open files before any genome code runs; no path leads to them."""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Arrays(NamedTuple):
    """What a worker gets of a data set: the labels of the validation part stay outside."""

    train_images: NDArray[np.uint8]
    """[n, channels, height, width]."""
    train_labels: NDArray[np.int64]
    val_images: NDArray[np.uint8]


def read_arrays(descriptors: tuple[int, ...]) -> Arrays:
    """Read three .npy files and close them. Raises OSError, ValueError."""
    found = []
    for descriptor in descriptors:
        with os.fdopen(descriptor, "rb") as file:
            found.append(np.load(file, allow_pickle=False))
    return Arrays(*found)


def read_bytes(descriptor: int) -> bytes:
    """The whole of an open file, which is closed."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
