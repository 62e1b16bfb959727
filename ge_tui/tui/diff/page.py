"""What the view shows: screen lines that are drawn when they come into sight."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ge_tui.tui.diff.folds import Fold
from ge_tui.tui.diff.pieces import Piece, Pieces

DIVIDER = "│"


class Column(NamedTuple):
    """One side of a screen line. The gutter stays where it is when the body is moved sideways."""

    gutter: Pieces
    body: Pieces
    ground: str = "plain"
    """What lies behind the rest of the line."""


Row = tuple[Column, ...]
"""A screen line: one column, or two side by side."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in the order of the screen, and where things are among them."""

    height: int
    draw: Callable[[int], Row]
    changes: tuple[range, ...] = ()
    """The lines of each change."""
    sections: tuple[int, ...] = ()
    """The headings of sections that have changed."""
    folds: Mapping[int, Fold] = field(default_factory=dict)
    overflow: int = 0
    """So many cells are to be seen only by moving sideways."""

    def change_at(self, line: int) -> int | None:
        """Which change a line belongs to."""
        index = bisect_right(self.changes, line, key=lambda lines: lines.start) - 1
        return index if index >= 0 and line in self.changes[index] else None


def widths(total: int, columns: int) -> list[int]:
    """How wide each column of a line is."""
    if columns == 1:
        return [total]
    left = max((total - len(DIVIDER)) // 2, 0)
    return [left, max(total - len(DIVIDER) - left, 0)]


def plain_line(pieces: Pieces, ground: str = "plain") -> Row:
    """A line without a gutter."""
    return (Column((), pieces, ground),)


def text_line(text: str, kind: str = "") -> Row:
    """A line of text in one colour."""
    return plain_line((Piece(text, kind),))


def page_of_lines(rows: Sequence[Row]) -> Page:
    """A page of lines that need no drawing."""
    return Page(len(rows), rows.__getitem__)
