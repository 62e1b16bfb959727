"""Which columns of a small table fit, and its rows as pieces. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ge_tui.tui.plot.pieces import Piece, Row, Tone
from ge_tui.tui.text.safe import fit

LEAD = 1
_GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    head: str
    width: int
    """At least."""
    wide: int
    """At most."""
    priority: int
    """Where there is no room, the column with the highest number goes first."""
    right: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A column where it is shown."""

    column: Column
    start: int
    width: int

    @property
    def name(self) -> str:
        """Of its column."""
        return self.column.name


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """The columns that fit into a width, in their order; what is left over goes to those that want it."""
    kept: set[str] = set()
    room = width - LEAD
    for column in sorted(columns, key=lambda column: column.priority):
        needed = column.width + (_GAP if kept else 0)
        if needed > room:
            break
        kept.add(column.name)
        room -= needed
    placed: list[Placed] = []
    wanting = sorted((c for c in columns if c.name in kept), key=lambda column: column.priority)
    more: dict[str, int] = {}
    while room > 0 and (greedy := [c for c in wanting if c.width + more.get(c.name, 0) < c.wide]):
        for column in greedy[:room]:
            more[column.name] = more.get(column.name, 0) + 1
        room -= len(greedy[:room])
    start = LEAD
    for column in columns:
        if column.name in kept:
            placed.append(Placed(column, start, column.width + more.get(column.name, 0)))
            start += placed[-1].width + _GAP
    return tuple(placed)


def column_at(placed: Sequence[Placed], x: int) -> Column | None:
    """The column at a cell; the gap after it is its own."""
    return next((one.column for one in placed if one.start <= x < one.start + one.width + _GAP), None)


def row_of(placed: Sequence[Placed], cells: Mapping[str, str | Row], *, cut: str = "…") -> Row:
    """A row from what stands in its cells; a text is cut or filled up, pieces are taken as they are."""
    pieces: list[Piece] = [(" " * LEAD, Tone.PLAIN)]
    for place, one in enumerate(placed):
        cell = cells.get(one.name, "")
        if place:
            pieces.append((" " * _GAP, Tone.PLAIN))
        if isinstance(cell, str):
            pieces.append((fit(cell, one.width, right=one.column.right, sign=cut), Tone.PLAIN))
        else:
            pieces += cell
    return tuple(pieces)


def head_of(placed: Sequence[Placed], sorted_by: str, arrow: str, *, cut: str = "…") -> Row:
    """The heads of the columns, an arrow at the one that rows are sorted by."""
    pieces: list[Piece] = [(" " * LEAD, Tone.PLAIN)]
    for place, one in enumerate(placed):
        chosen = one.name == sorted_by
        text = f"{arrow}{one.column.head}" if chosen and one.column.right else one.column.head
        text = f"{text} {arrow}" if chosen and not one.column.right else text
        gap = " " * _GAP if place else ""
        if chosen and one.column.right and len(text) > one.width:
            text, gap = one.column.head, arrow
        pieces.append((gap, Tone.FIRST if chosen else Tone.PLAIN))
        pieces.append((fit(text, one.width, right=one.column.right, sign=cut), Tone.FIRST if chosen else Tone.PLAIN))
    return tuple(piece for piece in pieces if piece[0])
