"""Objectives as a run's record has them, and the metrics there are. Quick to load: a screen begins with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from ge_tui.search import Objective

DIRECTIONS: Mapping[str, Literal["max", "min"]] = {
    "accuracy": "max",
    "loss": "min",
    "params": "min",
    "flops": "min",
    "latency_ms": "min",
    "overfit_gap": "min",
    "peak_mb": "min",
    "train_s": "min",
}
"""What an evaluation measures, and which way is better."""


def objectives_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Objective, ...]:
    """Stored objectives as the search takes them."""
    return tuple(
        Objective(row["name"], row["direction"], row["scale"], row["tie_break"], row["reference"]) for row in rows
    )
