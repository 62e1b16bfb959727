"""What a data set is made of, before and after it lies in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.plan import DataFiles

PART_NAMES = ("train", "val", "test")

TRAIN_IMAGES = "train_images.npy"
TRAIN_LABELS = "train_labels.npy"
VAL_IMAGES = "val_images.npy"
VAL_LABELS = "labels/val_labels.npy"
TEST_IMAGES = "sealed/test_images.npy"
TEST_LABELS = "sealed/test_labels.npy"
SPLIT = "sealed/split.json"


class OnBytes(Protocol):
    """Called as work goes on, with the bytes read so far and the bytes there are."""

    def __call__(self, done: int, total: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """Labelled images in memory."""

    images: NDArray[np.uint8]
    """[n, channels, height, width], square."""
    labels: NDArray[np.int64]
    """[n], 0 to classes - 1."""
    members: tuple[int, ...] | tuple[str, ...]
    """Which of the source's images are in this part: their numbers, or their paths."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole data set in memory, about to be written to the cache."""

    train: Part
    val: Part
    test: Part
    class_names: tuple[str, ...]
    split_rule: str
    """How the parts were cut, for the record."""
    warnings: tuple[str, ...] = ()


class Origin(Protocol):
    """Where a data set comes from: what identifies it, and how its parts are made."""

    @property
    def name(self) -> str:
        """The name that `prepare` takes."""

    @property
    def slug(self) -> str:
        """The readable beginning of the folder's name in the cache."""

    def parameters(self) -> Mapping[str, Any]:
        """All that the arrays depend on, as JSON values; another value is another cache folder."""

    def make(self, on_progress: OnBytes | None) -> Parts:
        """Make the parts. Raises UsageError or NotReadyError."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that lies prepared in the cache."""

    name: str
    """As `prepare` takes it: digits, digits-plain, cifar10, fake, folder:/absolute/path."""
    folder: Path
    """Its prepared folder in the cache."""
    classes: int
    channels: int
    image_size: int
    """Pixels a side."""
    class_names: tuple[str, ...]
    counts: dict[str, int]
    """Images in `train`, `val` and `test`."""
    digest: str
    """SHA-256 over the arrays, the class names and the split; equal on every machine with equal data."""
    warnings: tuple[str, ...] = field(default=())
    """What was left out while it was prepared, one sentence each."""

    def files(self) -> DataFiles:
        """What a worker may see: neither the validation labels nor the test part."""
        return DataFiles(
            train_images=self.folder / TRAIN_IMAGES,
            train_labels=self.folder / TRAIN_LABELS,
            val_images=self.folder / VAL_IMAGES,
            classes=self.classes,
            channels=self.channels,
            image_size=self.image_size,
        )

    def val_labels(self) -> NDArray[np.int64]:
        """int64 [counts['val']], for scoring outside the worker."""
        labels: NDArray[np.int64] = np.load(self.folder / VAL_LABELS, allow_pickle=False)
        return labels
