"""What one training does: every number the trainer needs, resolved."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field

from ge_tui.evaluation.model import Value


class Augmentation(StrEnum):
    """A batched transformation of training images; each image draws its own parameters."""

    FLIP = "flip"
    """Mirror left to right, p = 0.5."""
    SHIFT = "shift"
    """Move by whole pixels, up to one eighth of the side, reflected at the border."""
    JITTER = "jitter"
    """Brightness, contrast and saturation by up to 5 %, p = 0.5."""
    TRANSLATE = "translate"
    """Move by up to 5 % of each axis, zeros outside, p = 0.5."""


class Plateau(Value):
    """Reduce the learning rate when the training loss of an epoch stops falling."""

    factor: float = Field(0.7, gt=0, lt=1)
    patience: int = Field(4, ge=0)
    stop_lr: float = Field(0.001, gt=0)
    """Training ends when the learning rate falls below this."""


class TrainingPlan(Value):
    """One training at one fidelity; budgets are in optimiser steps, so that a slow hour changes no score."""

    recipe: str
    rung: str
    steps: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    lr: float = Field(gt=0)
    weight_decay: float = Field(0.0, ge=0)
    nesterov: bool = True
    warmup_steps: int = Field(0, ge=0)
    schedule: Literal["linear", "plateau"] = "linear"
    """`linear`: down to zero at the last step. `plateau`: see Plateau."""
    plateau: Plateau | None = None
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    normalise: bool = True
    """Subtract the training part's mean per channel and divide by its deviation."""
    image_size: int | None = Field(None, gt=0)
    """Pixels a side after bilinear resizing; None keeps the data's own size."""
    augment: tuple[Augmentation, ...] = ()
    keep: Literal["last", "best"] = "last"
    """Which epoch's validation counts: the last, or the best by accuracy, then by loss."""
    validations: int = Field(1, ge=1)
    """How often validation is measured in a training shorter than an epoch; else once an epoch."""


class DataFiles(Value):
    """What a worker may see of a data set: the labels of the validation part stay outside."""

    train_images: Path
    """uint8 [n, channels, height, width], an .npy file."""
    train_labels: Path
    """int64 [n], an .npy file."""
    val_images: Path
    classes: int = Field(gt=1)
    channels: int = Field(gt=0)
    image_size: int = Field(gt=0)
