"""Runs and findings as lines. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ge_tui.run.overview import RunOverview
from ge_tui.run.summary import format_metric
from ge_tui.tui.spark import sparkline

_SIGNS = {"running": "●", "finished": "✓", "crashed": "✗", "failed": "✗", "stopped": "‖", "new": "○", "": "!"}
_PLAIN = {"●": "*", "✓": "+", "✗": "x", "‖": "=", "○": "o", "!": "!"}


def order(runs: Iterable[RunOverview]) -> list[RunOverview]:
    """Those that work now first, then the newest first."""
    return sorted(runs, key=lambda run: (run.status != "running", -run.created_at, run.name))


def run_line(run: RunOverview, width: int, *, unicode: bool = True, now: float | None = None) -> Text:
    """A run in one line: what does not fit is left out from the right."""
    sign = _SIGNS.get(run.status, "○")
    line = f"{sign if unicode else _PLAIN[sign]} {_cut(run.name, 24)} "
    if run.problem:
        return Text(_cut(line + run.problem, width))
    first = next(iter(run.best.items()), None)
    parts = [
        f"{run.status:<8}",
        f"{f'gen {run.generation}/{run.generations}':<11}",
        f"{f'{first[0]} {format_metric(*first)}' if first else '':<16}",
        f"{sparkline(run.hypervolumes, 8, unicode=unicode):<8}",
        f"{_age((now or time.time()) - run.created_at):>7}",
        f"{run.evaluated:>5} evaluated",
        f"{run.data:<8}",
        run.llm,
    ]
    for part in parts:
        if cell_len(line) + cell_len(part) + 2 > width:
            continue
        line += f"{part}  "
    return Text(line.rstrip())


def doctor_lines(findings: Iterable[Mapping[str, Any]] | None) -> Text:
    """What was found on this machine, a line each; advice only where something is missing."""
    if findings is None:
        return Text("looking at this machine ...", style="dim")
    text = Text()
    for finding in findings:
        grade = finding.get("grade")
        if finding.get("name") == "terminal":  # it was asked without one
            continue
        sign, style = {"good": ("ok  ", "dim"), "warning": ("note", "")}.get(str(grade), ("MISSING", "bold"))
        text.append(f"{sign} {finding.get('name')}: {finding.get('detail')}\n", style)
        if grade == "missing" and finding.get("advice"):
            text.append(f"     {finding['advice']}\n", style)
    return text


def _cut(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _age(seconds: float) -> str:
    if seconds < 3600:
        return f"{max(0, seconds) / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"
