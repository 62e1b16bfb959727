"""A small synthetic set that can be learned: for tests and benchmarks, made in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ge_tui.evaluation.data.parts import OnBytes, Part, Parts

CLASSES = 10
CHANNELS = 3
COUNTS = (512, 256, 256)
"""Images in train, val and test."""
DEFAULT_SIZE = 16
SEED = 5
_PATTERN_CELLS = 4
_PATTERN_SPREAD = 40
"""Deviation of a class's pattern around mid grey, in byte levels."""
_NOISE = 40
"""Deviation of the noise, in byte levels."""


@dataclass(frozen=True, slots=True)
class Fake:
    """Each class is a coarse random pattern; each image is its class's pattern under noise."""

    image_size: int = DEFAULT_SIZE

    @property
    def name(self) -> str:
        """The name that `prepare` takes."""
        return "fake" if self.image_size == DEFAULT_SIZE else f"fake:{self.image_size}"

    @property
    def slug(self) -> str:
        """The beginning of its folder's name in the cache."""
        return f"fake-{self.image_size}"

    def parameters(self) -> Mapping[str, Any]:
        """All that the arrays depend on."""
        return {
            "size": self.image_size,
            "counts": COUNTS,
            "seed": SEED,
            "spread": _PATTERN_SPREAD,
            "noise": _NOISE,
        }

    def make(self, on_progress: OnBytes | None) -> Parts:
        """All three parts, each from the same patterns."""
        random = np.random.RandomState(SEED)
        size = self.image_size
        cells = np.arange(size) * _PATTERN_CELLS // size
        coarse = random.standard_normal((CLASSES, CHANNELS, _PATTERN_CELLS, _PATTERN_CELLS))
        patterns = 128 + _PATTERN_SPREAD * coarse[:, :, cells[:, None], cells[None, :]]
        parts: list[Part] = []
        first = 0
        for count in COUNTS:
            labels = np.arange(count, dtype=np.int64) % CLASSES
            noise = _NOISE * random.standard_normal((count, CHANNELS, size, size))
            images = np.clip(np.rint(patterns[labels] + noise), 0, 255).astype(np.uint8)
            parts.append(Part(images, labels, tuple(range(first, first + count))))
            first += count
            if on_progress is not None:
                on_progress(first, sum(COUNTS))
        names = tuple(f"pattern {label}" for label in range(CLASSES))
        train, val, test = parts
        return Parts(train, val, test, names, split_rule=f"each part generated, seed {SEED}")
