"""Runs and findings as lines. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from textual.content import Content

from ge_tui.run.overview import RunOverview
from ge_tui.run.summary import format_metric
from ge_tui.tui.text.numbers import age
from ge_tui.tui.text.safe import clean_line, cut, fit
from ge_tui.tui.text.spark import sparkline

_SIGNS = {"running": "●", "finished": "✓", "crashed": "✗", "failed": "✗", "stopped": "‖", "new": "○", "": "!"}
_PLAIN = {"●": "*", "✓": "+", "✗": "x", "‖": "=", "○": "o", "!": "!"}
_STYLES = {"running": "$success", "finished": "", "crashed": "$error", "failed": "$error", "stopped": "$warning"}
_GRADES = {"missing": ("MISSING", "$error"), "warning": ("note", "$warning"), "good": ("ok", "$secondary")}
_FIRST = ("torch", "ollama", "models", "gpu", "data")
"""Of the findings of one grade: what decides which runs work here."""
_ROOMY = 130
_NOT_SHOWN = {"terminal"}
"""Asked without one."""


def order(runs: Iterable[RunOverview]) -> list[RunOverview]:
    """Those that work now first, then the newest first."""
    return sorted(runs, key=lambda run: (run.status != "running", -run.created_at, run.name))


def run_line(run: RunOverview, width: int, *, unicode: bool = True, now: float | None = None) -> Content:
    """A run in one line: what does not fit is left out from the right."""
    sign = _SIGNS.get(run.status, "○")
    head = (f"{sign if unicode else _PLAIN[sign]} ", _STYLES.get(run.status, ""))
    name = fit(clean_line(run.name), 28)
    room = width - cell_len(name) - 3
    if run.problem:
        return Content.assemble(head, f"{name} ", (cut(clean_line(run.problem), room), "$error"))
    bars = 8 if width < _ROOMY else 24
    first = next(iter(run.best.items()), None)
    parts: list[tuple[str, str]] = [
        (f"{run.status:<8}", _STYLES.get(run.status, "")),
        (f"{f'gen {run.generation}/{run.generations}':<11}", ""),
        (f"{f'{first[0]} {format_metric(*first)}' if first else '':<16}", "bold"),
        (f"{sparkline(run.hypervolumes, bars, unicode=unicode):<{bars}}", "$primary"),
        (f"{age((now or time.time()) - run.created_at):>6} ago", "$secondary"),
        (f"{run.evaluated:>5} evaluated", "$secondary"),
        (fit(clean_line(run.data), 14), "$secondary"),
        (clean_line(run.llm), "$secondary"),
    ]
    shown: list[tuple[str, str]] = []
    for text, style in parts:
        if cell_len(text) + 2 <= room:
            shown.append((f"{text}  ", style))
            room -= cell_len(text) + 2
    return Content.assemble(head, f"{name} ", *shown)


def what_enter_does(run: RunOverview | None, *, any_runs: bool) -> str:
    """What becomes of the run under the cursor, in words."""
    if run is None:
        if any_runs:
            return ""
        return "Enter: begin a small run, no model or download needed; n: your own run"
    if run.problem:
        return f"it cannot be read: {clean_line(run.problem)}"
    match run.status:
        case "running":
            return "Enter: watch it"
        case "finished":
            return f"Enter: look at it; {clean_line(run.reason) or 'it is finished'}"
        case "new":
            return "r: begin it, Enter: look at it"
    return f"r: go on with it, Enter: look at it; {clean_line(run.reason) or f'it is {run.status}'}"


def matters_first(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What keeps runs from working, then what they do without, then what is well."""
    grades = list(_GRADES)

    def place(finding: Mapping[str, Any]) -> tuple[int, int]:
        name, grade = finding.get("name"), finding.get("grade")
        return (
            grades.index(str(grade)) if grade in grades else len(grades),
            _FIRST.index(name) if name in _FIRST else len(_FIRST),
        )

    return sorted((one for one in findings if one.get("name") not in _NOT_SHOWN), key=place)


def doctor_lines(findings: Sequence[Mapping[str, Any]] | None, width: int = 200) -> Content:
    """What was found on this machine, a line each; what to do stands behind what is not well."""
    if findings is None:
        return Content.styled("looking at this machine ...", "$secondary")
    lines = []
    for finding in matters_first(findings):
        sign, style = _GRADES.get(str(finding.get("grade")), _GRADES["warning"])
        words = f"{finding.get('name')}: {finding.get('detail')}"
        if finding.get("advice") and finding.get("grade") != "good":
            words += f"; {finding['advice']}"
        quiet = "$secondary" if finding.get("grade") == "good" else ""
        room = max(10, width - len("MISSING "))
        lines.append(Content.assemble((f"{sign:<7} ", style), (cut(clean_line(words), room), quiet)))
    return Content("\n").join(lines)
