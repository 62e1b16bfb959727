"""Real handwritten digits that come with the program: made hard enough to rank networks, or plain.

Plain 8x8 digits saturate: almost any network reaches 97 to 99 %, closer together than 360 images can
tell apart. So `digits` shows each of them several times, larger, turned, scaled, shifted and under noise.
Source and licence of the images: `digits.LICENCE.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ge_tui.evaluation.data.parts import OnBytes, Part, Parts
from ge_tui.evaluation.data.split import SPLIT_SEED, stratified_split

IMAGE_SIZE = 16
CHANNELS = 3
FRACTIONS = (0.6, 0.2, 0.2)
"""Of the 1,797 source images, in train, val and test; no source image is in two parts."""


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard the digits are to read. Another number is another data set, prepared under another key.

    As it stands, the seed network trained at a learning rate of 0.15 reaches a
    validation accuracy of about 0.88 in 400 steps of 32 images and about 0.94 in 2,000.
    """

    noise: float = 0.35
    """Standard deviation of the Gaussian noise, in units of the full scale; independent in each channel."""
    rotation_deg: float = 25.0
    """Each image is turned by up to this, either way."""
    scale: float = 0.25
    """Each image is made larger or smaller by up to this fraction."""
    shift_px: float = 2.0
    """Each image is moved by up to this along each axis, in pixels of the result."""
    versions: tuple[int, int, int] = (6, 6, 4)
    """How often each source image is shown in train, val and test."""
    lowest: float = -1.5
    """The value that becomes byte 0, where ink is 1 and paper 0; what lies below is cut off."""
    highest: float = 2.5
    """The value that becomes byte 255."""
    seed: int = 21


HARD = Difficulty()
PLAIN = Difficulty(noise=0, rotation_deg=0, scale=0, shift_px=0, versions=(1, 1, 1), lowest=0, highest=1)

_ARCHIVE = Path(__file__).with_name("digits.npz")
_FULL_SCALE = 16


@dataclass(frozen=True, slots=True)
class Digits:
    """The digits under one difficulty."""

    name: str = "digits"
    difficulty: Difficulty = HARD

    @property
    def slug(self) -> str:
        """The beginning of its folder's name in the cache."""
        return self.name

    def parameters(self) -> Mapping[str, Any]:
        """All that the arrays depend on."""
        size_and_split = {"size": IMAGE_SIZE, "fractions": FRACTIONS, "split_seed": SPLIT_SEED}
        return {**asdict(self.difficulty), **size_and_split}

    def make(self, on_progress: OnBytes | None) -> Parts:
        """All three parts, in about half a second."""
        sources, labels = load_sources()
        random = np.random.RandomState(self.difficulty.seed)
        parts = []
        for members, versions in zip(stratified_split(labels, FRACTIONS), self.difficulty.versions, strict=True):
            shown = np.repeat(members, versions)
            images = distort(sources[shown], self.difficulty, random)
            parts.append(Part(images, labels[shown], tuple(int(i) for i in members)))
        if on_progress is not None:
            size = _ARCHIVE.stat().st_size
            on_progress(size, size)
        train, val, test = parts
        return Parts(
            train,
            val,
            test,
            class_names=tuple(str(digit) for digit in range(10)),
            split_rule=f"source images, stratified, {FRACTIONS}, seed {SPLIT_SEED}",
        )


def load_sources() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The embedded images as float64 [1797, 8, 8], paper 0 and ink 1, and their labels as int64 [1797]."""
    with np.load(_ARCHIVE, allow_pickle=False) as archive:
        return archive["images"] / _FULL_SCALE, archive["labels"].astype(np.int64)


def distort(sources: NDArray[np.float64], difficulty: Difficulty, random: np.random.RandomState) -> NDArray[np.uint8]:
    """Enlarge to IMAGE_SIZE, then turn, scale, move and cover with noise; each image by its own draw.

    sources: [n, h, w], 0 to 1. Returns uint8 [n, CHANNELS, IMAGE_SIZE, IMAGE_SIZE].
    """
    count = len(sources)
    angle = np.deg2rad(difficulty.rotation_deg) * random.uniform(-1, 1, count)
    scale = 1 + difficulty.scale * random.uniform(-1, 1, count)
    shift = difficulty.shift_px * random.uniform(-1, 1, (2, count))
    clean = resample(sources, angle, scale, shift)[:, None]
    noise = difficulty.noise * random.standard_normal((count, CHANNELS, IMAGE_SIZE, IMAGE_SIZE))
    reach = difficulty.highest - difficulty.lowest
    levels = np.rint((clean + noise - difficulty.lowest) * (255 / reach))
    return np.clip(levels, 0, 255).astype(np.uint8)


def resample(
    sources: NDArray[np.float64],
    angle: NDArray[np.float64],
    scale: NDArray[np.float64],
    shift: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Bilinear samples of each source under its own turn (radians), scale and shift (pixels of the result).

    sources: [n, h, h]; angle, scale: [n]; shift: [2, n], down and right. Returns
    [n, IMAGE_SIZE, IMAGE_SIZE]; outside the source is paper (0).
    """
    count, side, _ = sources.shape
    centred = np.arange(IMAGE_SIZE) - (IMAGE_SIZE - 1) / 2
    down = centred[None, :, None] - shift[0, :, None, None]
    right = centred[None, None, :] - shift[1, :, None, None]
    ratio = side / IMAGE_SIZE / scale
    cos, sin = (np.cos(angle) * ratio)[:, None, None], (np.sin(angle) * ratio)[:, None, None]
    middle = (side - 1) / 2 + 1  # one pixel of paper is put around, so that samples outside read 0
    row = np.clip(cos * down - sin * right + middle, 0, side + 0.999)
    column = np.clip(sin * down + cos * right + middle, 0, side + 0.999)
    top, left = row.astype(np.intp), column.astype(np.intp)
    lower, later = row - top, column - left
    framed = np.pad(sources, ((0, 0), (1, 1), (1, 1)))
    image = np.arange(count)[:, None, None]
    above = framed[image, top, left] * (1 - later) + framed[image, top, left + 1] * later
    below = framed[image, top + 1, left] * (1 - later) + framed[image, top + 1, left + 1] * later
    result: NDArray[np.float64] = above * (1 - lower) + below * lower
    return result
