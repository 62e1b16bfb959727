"""What is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ge_tui.run.model_figures import ModelFigures
from ge_tui.search import Credit

KIND_NAMES = ("persona", "category", "operator", "model", "temperature")
"""Every kind of choice that is credited, as trials call them."""
Table = tuple[str, ...]
"""Which kinds of choice a table is of: one, or two crossed with each other."""


@dataclass(frozen=True, slots=True)
class Line:
    """One arm, or a pair of arms."""

    arms: tuple[str, ...]
    credit: Credit
    best: int | None
    """The child that gained the most; of those that gained nothing, the last that improved. None: neither."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything the pane shows."""

    closed: int
    """How many generations had closed."""
    at: float
    trials: int = 0
    tables: Mapping[Table, tuple[Line, ...]] = field(default_factory=dict)
    models: Mapping[str, ModelFigures] = field(default_factory=dict)
    verdict: str | None = None
    """Whether evolution pays; None where the run has no baseline."""
