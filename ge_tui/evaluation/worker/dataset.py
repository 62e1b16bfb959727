"""The data of a training, read from open files before any genome code runs; no path leads to them."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

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
    return Arrays(*map(_read, descriptors))


def read_images(descriptors: tuple[int, ...], images: tuple[int, ...]) -> Arrays:
    """For a trained network: of training and validation images those it is to answer for, in that order, as the
    validation part, and no labels. Others leave no trace in memory but their colours' mean. Raises OSError, ValueError.
    """
    train_images, val_images = (_read(descriptor) for descriptor in descriptors)
    there = len(val_images)
    asked = [val_images[number] if number < there else train_images[number - there] for number in images]
    chosen = np.stack(asked) if asked else val_images[:0].copy()
    val_images.fill(0)
    return Arrays(train_images, np.zeros(len(train_images), np.int64), chosen)


def read_bytes(descriptor: int) -> bytes:
    """The whole of an open file, which is closed."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _read(descriptor: int) -> NDArray[Any]:
    with os.fdopen(descriptor, "rb") as file:
        return np.asarray(np.load(file, allow_pickle=False))
