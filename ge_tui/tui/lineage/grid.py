"""The grid: a column for each generation, a cell for each individual. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.lineage.drawing import Piece, Spot, cropped, joined
from ge_tui.tui.lineage.signs import NOBODY, Lit
from ge_tui.tui.text.glyphs import ASCII, BLOCKS

NARROW, USUAL, WIDE = 0, 1, 2
"""Cells of a sign, of a sign and a blank, of a sign and a number."""


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One generation, the best first."""

    generation: int
    numbers: tuple[int, ...]
    hidden: int = 0
    """So many of it are collapsed."""


@dataclass(frozen=True)
class GridData:
    """What the grid shows, without its size."""

    columns: tuple[GridColumn, ...]
    facts: Mapping[int, Facts]
    places: Mapping[int, tuple[int, int]]
    """Column and row of everyone shown."""

    @property
    def rows(self) -> int:
        """Of the longest column."""
        return max((len(column.numbers) + bool(column.hidden) for column in self.columns), default=0)

    @cached_property
    def longest_number(self) -> int:
        """In digits."""
        return len(str(max(self.places, default=0)))

    @property
    def collapsed(self) -> bool:
        """Whether anyone is left out."""
        return any(column.hidden for column in self.columns)


def grid_data(
    columns: Sequence[tuple[int, tuple[int, ...]]], facts: Mapping[int, Facts], shown: frozenset[int]
) -> GridData:
    """The columns without those that are collapsed."""
    kept = []
    for generation, numbers in columns:
        seen = tuple(number for number in numbers if number in shown)
        kept.append(GridColumn(generation, seen, len(numbers) - len(seen)))
    places = {n: (x, y) for x, column in enumerate(kept) for y, n in enumerate(column.numbers)}
    return GridData(tuple(kept), facts, places)


def cell_width(data: GridData, room: int, zoom: int) -> int:
    """The widest cells that let the whole run fit; `zoom` asks for wider or narrower ones.

    Where lines are collapsed, there is room for their counts.
    """
    collapsed = 2 + max((len(str(column.hidden)) for column in data.columns), default=0) if data.collapsed else 1
    widths = [1, max(2, collapsed), max(data.longest_number + 4, collapsed)]
    fitting = [place for place, width in enumerate(widths) if width * len(data.columns) <= room]
    usual = max(max(fitting, default=USUAL), USUAL if data.collapsed else NARROW)
    return widths[min(max(usual + zoom, NARROW), WIDE)]


@dataclass(frozen=True)
class Grid:
    """The grid with cells of a width."""

    data: GridData
    lit: Lit
    cell: int

    @property
    def width(self) -> int:
        return self.cell * len(self.data.columns)

    @property
    def height(self) -> int:
        return self.head + self.data.rows

    @property
    def head(self) -> int:
        return 1

    @property
    def snap(self) -> int:
        return self.cell

    def line(self, y: int, start: int, width: int, cursor: int | None) -> list[Piece]:
        if y < self.head:
            return self._ruler(start, width)
        row, first = y - self.head, start // self.cell
        pieces: list[Piece] = []
        for column in self.data.columns[first : (start + width) // self.cell + 1]:
            if row < len(column.numbers):
                pieces += self._cell(column.numbers[row], cursor)
            elif row == len(column.numbers) and column.hidden:
                count = f"+{column.hidden}" if self.cell > len(str(column.hidden)) else "+"
                pieces.append(Piece(count.ljust(self.cell), "badge"))
            else:
                pieces.append(Piece(" " * self.cell))
        return joined(cropped(pieces, start - first * self.cell, width))

    def _cell(self, number: int, cursor: int | None) -> list[Piece]:
        facts, lit = self.data.facts[number], self.lit
        kind = lit.kind(facts)
        blank = lit.matches is not None and kind == "faint"
        text = " " if blank else lit.sign(facts)
        if self.cell >= self.data.longest_number + 3:
            text += " " * len(f" {number}") if blank else f" {number}"
        if number == cursor:
            kind, text = "cursor", text if text.strip() else lit.sign(facts)
        elif self.cell <= 2 and number != lit.marked and lit.kin_kind(number):
            text = text.ljust(self.cell)  # one look for neighbours costs less to send
        elif self.cell <= 2 and kind == "bad":
            kind = "muted"  # its sign tells; a colour for each among hundreds would double what a page sends
        mark = (ASCII if lit.ascii_only else BLOCKS).mark if number == lit.marked and self.cell > len(text) else ""
        return [Piece(text, kind), Piece((mark + " " * self.cell)[: self.cell - len(text)], "mark" if mark else "")]

    def _ruler(self, start: int, width: int) -> list[Piece]:
        """The numbers of the generations, as many as there is room for."""
        columns = self.data.columns
        longest = len(str(columns[-1].generation)) if columns else 1
        every = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10**6) if step * self.cell > longest)
        text = [" "] * (self.width + longest)
        for place, column in enumerate(columns):
            if column.generation % every == 0 and place * self.cell >= start:
                label = str(column.generation)
                text[place * self.cell : place * self.cell + len(label)] = label
        return [Piece("".join(text)[start : start + width], "head")]

    def spot(self, number: int) -> Spot | None:
        place = self.data.places.get(number)
        return None if place is None else Spot(place[0] * self.cell, place[1] + self.head, self.cell)

    def unlit(self) -> Grid:
        return replace(self, lit=replace(self.lit, kin=NOBODY))

    def at(self, x: int, y: int) -> int | None:
        column, row = x // self.cell, y - self.head
        if not 0 <= column < len(self.data.columns) or row < 0:
            return None
        numbers = self.data.columns[column].numbers
        return numbers[row] if row < len(numbers) else None

    def beside(self, number: int, step: int) -> int | None:
        place = self.data.places.get(number)
        if place is None:
            return None
        numbers = self.data.columns[place[0]].numbers
        return numbers[min(max(place[1] + step, 0), len(numbers) - 1)]
