"""Cut a labelled set into parts: stratified, and the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SPLIT_SEED = 10
"""The seed of every split in this package."""


def stratified_split(
    labels: NDArray[np.int64], fractions: Sequence[float], seed: int = SPLIT_SEED
) -> tuple[NDArray[np.int64], ...]:
    """The indices of each part, ascending.

    Parts are disjoint and together complete. In every class a part gets its fraction of that class to
    within one image, and at least one image where the class has as many images as there are parts.

    labels: [n], class numbers. fractions: positive, with the sum 1.
    Raises ValueError where the fractions are something else.
    """
    if not fractions or min(fractions) <= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be positive and sum to 1, not {list(fractions)}")
    # RandomState, not Generator: its streams are frozen across NumPy versions, and the digest is on record.
    random = np.random.RandomState(seed)
    parts: list[list[NDArray[np.int64]]] = [[] for _ in fractions]
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label)).astype(np.int64)
        ends = np.cumsum(share(len(members), fractions))
        for part, piece in zip(parts, np.split(members, ends[:-1]), strict=True):
            part.append(piece)
    empty = np.empty(0, np.int64)
    return tuple(np.sort(np.concatenate([empty, *part])) for part in parts)


def share(count: int, fractions: Sequence[float]) -> list[int]:
    """Whole numbers with the sum `count`, as close to the fractions as can be; none is 0 if that can be."""
    exact = [count * fraction for fraction in fractions]
    sizes = [int(value + 1e-9) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: sizes[i] - exact[i])
    for i in by_remainder[: count - sum(sizes)]:
        sizes[i] += 1
    if count >= len(sizes):
        while 0 in sizes:
            sizes[sizes.index(max(sizes))] -= 1
            sizes[sizes.index(0)] += 1
    return sizes
