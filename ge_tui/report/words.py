"""Figures as people read them. Pure."""

from __future__ import annotations

import time
from typing import Any

from ge_tui.report.html import Cell
from ge_tui.run.store import Arm, IndividualRow
from ge_tui.run.summary import Standing, format_metric, value_in_words


def moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def duration(seconds: float) -> str:
    """`42 s`, `12 min`, `3.4 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def percent(part: float, whole: float) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def number(value: float | None, digits: int = 0) -> Cell:
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


def value_of(name: str, value: float | None) -> str:
    return format_metric(name, value)


def said(value: Any) -> str:
    """A control's value."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.4g}" if isinstance(value, float) else str(value) or "(nothing)"


def made_by(row: IndividualRow) -> str:
    """`mutate #7`, `crossover #3 x #5`, `baseline: create #0`."""
    arm = "" if row.arm is Arm.EVOLUTION else f"{row.arm}: "
    return f"{arm}{row.operator} {' x '.join(f'#{parent}' for parent in row.parents)}".strip()


def what_was_done(row: IndividualRow) -> str:
    """The changes that made an individual."""
    return "; ".join(str(step["detail"]) for step in row.arguments.get("steps", []))
