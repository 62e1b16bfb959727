"""Which columns fit into a width, and how wide each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.tui.individuals.columns import Column

LEAD = 3
"""Cells before the first column: the sign, the mark and a space."""
GAP = 1


@dataclass(frozen=True, slots=True)
class Placed:
    """A column where it is shown."""

    column: Column
    start: int
    width: int

    @property
    def end(self) -> int:
        """The cell after its last."""
        return self.start + self.width


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that fit, in their order; those of high priority are kept; words are widened before numbers."""
    kept: set[str] = set()
    room = width - LEAD
    by_priority = sorted(columns, key=lambda column: column.priority)
    for column in by_priority:
        if column.width + GAP <= room + GAP:
            kept.add(column.name)
            room -= column.width + GAP
    room += GAP
    widths: dict[str, int] = {}
    for column in sorted(by_priority, key=lambda column: (column.wide > 100, column.right)):
        if column.name in kept:
            more = max(0, min(column.wide - column.width, room))
            widths[column.name] = column.width + more
            room -= more
    placed: list[Placed] = []
    start = LEAD
    for column in columns:
        if column.name in kept:
            placed.append(Placed(column, start, widths[column.name]))
            start += widths[column.name] + GAP
    return tuple(placed)


def column_at(placed: Sequence[Placed], x: int) -> Placed | None:
    """The column at a cell; the gap after it is its own."""
    return next((one for one in placed if one.start <= x < one.end + GAP), None)
