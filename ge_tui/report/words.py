"""Figures as people read them. Pure."""

from __future__ import annotations

import time
from typing import Any

from ge_tui.report.html import Cell
from ge_tui.run.summary import Standing, value_in_words


def moment(at: float) -> str:
    """`2026-11-22 20:45`, by this machine's clock."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def duration(seconds: float) -> str:
    """`42 s`, `12 min`, `3.4 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def percent(part: float, whole: float) -> str:
    """`25%`; `-` of nothing."""
    return f"{part / whole:.0%}" if whole else "-"


def number(value: float | None, digits: int = 0) -> Cell:
    """A figure with so many decimals."""
    return Cell("-") if value is None else Cell(f"{value:,.{digits}f}", value)


def metric(standing: Standing | None, name: str) -> Cell:
    """A metric of an individual, with its deviation where it was trained more than once."""
    if standing is None or name not in standing.metrics:
        return Cell("-")
    return Cell(value_in_words(standing, name), standing.metrics[name])


def difference(name: str, before: float | None, after: float | None) -> str:
    """How a metric changed: sizes by their part, the others by how much."""
    if before is None or after is None:
        return ""
    if name in ("accuracy", "loss", "overfit_gap"):
        return f"{after - before:+.4f}"
    return f"{after / before - 1:+.1%}" if before else f"{after - before:+g}"


def said(value: Any) -> str:
    """A control's value."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.4g}" if isinstance(value, float) else str(value) or "(nothing)"
