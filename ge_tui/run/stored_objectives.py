"""Objectives as a run's record has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ge_tui.search import Objective


def objectives_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Objective, ...]:
    """Stored objectives as the search takes them."""
    return tuple(
        Objective(row["name"], row["direction"], row["scale"], row["tie_break"], row["reference"]) for row in rows
    )
