"""The table: its columns, their order, and what stands in them. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ge_tui.tui.credit.ledger import Line
from ge_tui.tui.plot.pieces import Row, Tone, joined
from ge_tui.tui.text.numbers import compact, duration
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.widgets.columns import Column, Placed, place, row_of

_TALL = 10
"""More than so many of something are told without a digit after the point."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which column, and whether the largest come first."""

    column: str = "rate"
    falling: bool = True


def pace(line: Line) -> float:
    """The hypervolume gained in an hour of the model and of training."""
    return line.credit.gain / line.credit.seconds * 3600 if line.credit.seconds > 0 else 0.0


_SUMS: dict[str, Callable[[Line], float]] = {
    "valid": lambda line: line.credit.valid,
    "improved": lambda line: line.credit.improved,
    "gain": lambda line: line.credit.gain,
    "tokens": lambda line: line.credit.tokens,
    "seconds": lambda line: line.credit.seconds,
}
_OTHERS: dict[str, Callable[[Line], float]] = {
    "tried": lambda line: line.credit.tried,
    "rate": lambda line: line.credit.mean,
    "interval": lambda line: line.credit.low,
    "pace": pace,
}


def columns_of(kinds: Sequence[str], width: int) -> tuple[Placed, ...]:
    """Those that fit: the arms and what they improved before what they cost."""
    names = [Column(f"arm{i}", kind, 9, 26, i, right=False) for i, kind in enumerate(kinds)]
    return place(
        [
            *names,
            Column("tried", "tried", 5, 6, 4),
            Column("valid", "valid", 5, 6, 6),
            Column("improved", "improved", 8, 8, 3),
            Column("rate", "rate", 5, 5, 2),
            Column("interval", "80 % interval", 15, 36, 5, right=False),
            Column("gain", "gain", 8, 8, 7),
            Column("pace", "gain/h", 7, 8, 10),
            Column("tokens", "tokens", 6, 7, 8),
            Column("seconds", "time", 8, 11, 9),
        ],
        width - 1,
    )


def ordered(lines: Sequence[Line], sorting: Sorting, *, each: bool) -> list[Line]:
    """The lines in the order of a column; equal ones by their arms."""
    by_arms = sorted(lines, key=lambda line: line.arms)
    if sorting.column.startswith("arm"):
        at = int(sorting.column[3:])
        return sorted(by_arms, key=lambda line: line.arms[min(at, len(line.arms) - 1)], reverse=sorting.falling)
    if sorting.column in _OTHERS:
        return sorted(by_arms, key=_OTHERS[sorting.column], reverse=sorting.falling)
    total = _SUMS[sorting.column]
    return sorted(by_arms, key=lambda line: total(line) / (line.credit.tried if each else 1), reverse=sorting.falling)


def is_column(name: str) -> bool:
    """Whether the table can be sorted by it."""
    return name in _SUMS or name in _OTHERS or name in ("arm0", "arm1")


def scale_of(lines: Sequence[Line]) -> float:
    """Where the bars end: the highest end of all intervals, rounded up to a tenth."""
    return max(0.1, min(1.0, math.ceil(max((line.credit.high for line in lines), default=1.0) * 10 - 1e-9) / 10))


def line_row(line: Line, placed: Sequence[Placed], top: float, *, each: bool, unicode: bool = True) -> Row:
    """A line of the table."""
    earned, share = line.credit, line.credit.tried if each else 1
    cells: dict[str, str | Row] = {f"arm{i}": clean_line(arm) for i, arm in enumerate(line.arms)}
    cells |= {
        "tried": f"{earned.tried:,}",
        "valid": _part(earned.valid, earned.tried, each=each),
        "improved": _part(earned.improved, earned.tried, each=each),
        "rate": f"{earned.mean:.2f}",
        "gain": _gain(earned.gain / share),
        "pace": f"{pace(line):.3g}",
        "tokens": compact(earned.tokens / share),
        "seconds": duration(earned.seconds / share),
    }
    for one in placed:
        if one.name == "interval":
            cells["interval"] = interval_bar(earned.low, earned.mean, earned.high, top, one.width, unicode=unicode)
    return row_of(placed, cells, cut="…" if unicode else "~")


def _part(count: int, tried: int, *, each: bool) -> str:
    return f"{count / tried:.0%}" if each else f"{count:,}"


def _gain(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:.5f}" if abs(value) < _TALL else f"{value:.3g}"


def interval_bar(low: float, mean: float, high: float, top: float, width: int, *, unicode: bool = True) -> Row:
    """From 0 to `top`: the interval as a bar, the mean as a dot in it."""
    ground, bar, dot = ("·", "━", "●") if unicode else (".", "=", "o")

    def cell(value: float) -> int:
        return min(width - 1, max(0, int(min(1.0, value / top) * width)))

    start, middle, end = cell(low), cell(mean), cell(high)
    return joined(
        [
            (ground * start, Tone.DIM),
            (bar * (middle - start), Tone.FIRST),
            (dot, Tone.SECOND),
            (bar * (end - middle), Tone.FIRST),
            (ground * (width - 1 - end), Tone.DIM),
        ]
    )
