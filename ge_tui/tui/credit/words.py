"""The lines around the table. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ge_tui.run.model_figures import ModelFigures
from ge_tui.tui.credit.ledger import KIND_NAMES, Ledger, Line
from ge_tui.tui.credit.table import pace
from ge_tui.tui.plot.pieces import Piece, Row, Tone
from ge_tui.tui.population.text import clean, compact
from ge_tui.tui.spark import duration

Spans = list[tuple[int, int, str]]
"""From, to and what is there."""


def kinds_row(kinds: Sequence[str], width: int, *, unicode: bool = True) -> tuple[Row, Spans]:
    """The kinds of choice, those that the table is of set off; and where each stands."""
    cross = "×" if unicode else "x"
    pieces: list[Piece] = []
    spans: Spans = []
    names = dict(zip(KIND_NAMES, KIND_NAMES, strict=True))
    if sum(len(name) + 2 for name in KIND_NAMES) + 2 > width:
        names = {name: name if name in kinds else name[:4] for name in KIND_NAMES}
    at = 0
    for name, shown in names.items():
        place = kinds.index(name) if name in kinds else -1
        text = f"[{shown}]" if place == 0 else f"{cross}{shown} " if place > 0 else f" {shown} "
        pieces.append((text, Tone.FIRST if place >= 0 else Tone.DIM))
        spans.append((at, at + len(text), name))
        at += len(text)
    return tuple(pieces), spans


def about(line: Line | None, kinds: Sequence[str], models: dict[str, ModelFigures], separator: str) -> str:
    """The line under the cursor in words."""
    if line is None:
        return ""
    earned = line.credit
    parts = [
        " with ".join(line.arms),
        f"{earned.improved} of {earned.tried} improved on their parent",
        f"rate {earned.mean:.2f}, with 80 % certainty {earned.low:.2f} to {earned.high:.2f}",
        f"a child costs {compact(earned.tokens / earned.tried)} tokens and {duration(earned.seconds / earned.tried)}",
        f"{pace(line):.4f} hypervolume an hour",
    ]
    figures = models.get(line.arms[list(kinds).index("model")]) if "model" in kinds else None
    if figures is not None:
        speed = "" if figures.tokens_per_s is None else f", {figures.tokens_per_s:.0f} tokens/s"
        parts.insert(1, f"{figures.success:.0%} of {figures.calls} answers usable{speed}")
    return clean(f" {separator} ".join(parts))


def verdict(ledger: Ledger | None) -> str:
    """Whether evolution pays, in a sentence."""
    if ledger is None:
        return ""
    if ledger.verdict is None:
        return (
            "This run has no baseline, so it cannot say whether evolution pays: the control baseline_share gives some "
            "children to changes that know nothing of the run."
        )
    return f"{ledger.verdict[:1].upper()}{ledger.verdict[1:]}."


def status_line(ledger: Ledger | None, sort: str, closed: int, *, each: bool, top: float, separator: str) -> str:
    """When it was counted, and how it is shown."""
    if ledger is None:
        return "counting"
    parts = [f"{ledger.trials:,} attempts at a child"]
    when = time.strftime("%H:%M:%S", time.localtime(ledger.at))
    behind = closed - ledger.closed
    parts.append(f"counted at {when}" + (f", {behind} generations ago" if behind > 0 else ""))
    parts += [f"by {sort}", *(["per attempt"] if each else []), f"bars from 0 to {top:.1f}"]
    return f" {separator} ".join(parts)
