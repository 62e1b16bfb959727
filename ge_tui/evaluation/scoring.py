"""Scores from raw predictions, outside the process that made them.

A genome never shares a process with the labels of the validation part: it is given images, answers with
numbers, and is scored here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy, 0 to 1, and mean cross-entropy in nats."""

    accuracy: float
    loss: float


class NotFiniteError(ValueError):
    """A prediction is NaN or infinite."""


def read_predictions(payload: bytes, count: int, classes: int) -> NDArray[np.float32]:
    """Raw little-endian float32 bytes as [count, classes]. Raises ValueError on any other size."""
    if len(payload) != count * classes * 4:
        raise ValueError(f"{len(payload)} bytes of predictions, but {count} x {classes} numbers were asked for")
    return np.frombuffer(payload, dtype="<f4").reshape(count, classes)


def score(predictions: NDArray[np.float32], labels: NDArray[np.int64]) -> Score:
    """Score logits [n, classes] against labels [n]. Raises NotFiniteError."""
    if not np.isfinite(predictions).all():
        raise NotFiniteError("the network's outputs are not finite numbers")
    logits = predictions.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    log_partition = np.log(np.exp(logits).sum(axis=1))
    loss = float((log_partition - logits[np.arange(len(labels)), labels]).mean())
    accuracy = float((logits.argmax(axis=1) == labels).mean())
    return Score(accuracy, loss)
