"""Straight lines on a grid of characters: braille, eight dots a cell, or ASCII. Pure."""

from __future__ import annotations

from collections.abc import Iterator

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800


class Raster:
    """Lines are added one by one; where two meet in a cell, the kind of the later one shows."""

    def __init__(self, *, ascii_only: bool) -> None:
        self._ascii = ascii_only
        self._cells: dict[tuple[int, int], tuple[int, str]] = {}
        """By column and line: dots, or the code of a character; and a kind."""

    def line(self, start: tuple[int, int], end: tuple[int, int], kind: str) -> None:
        """From the left side of one cell to the right side of another, both included."""
        (x, y), (to_x, to_y) = start, end
        if self._ascii:
            self._ascii_line(start, end, kind)
            return
        for dot_x, dot_y in _steps((2 * x, 4 * y + 1), (2 * to_x + 1, 4 * to_y + 1)):
            cell = dot_x // 2, dot_y // 4
            dots, _ = self._cells.get(cell, (0, ""))
            self._cells[cell] = dots | _DOTS[dot_x % 2][dot_y % 4], kind

    def _ascii_line(self, start: tuple[int, int], end: tuple[int, int], kind: str) -> None:
        before = None
        for cell in _steps(start, end):
            if before is None or cell[1] == before[1]:
                character = "-"
            elif cell[0] == before[0]:
                character = "|"
            else:
                character = "\\" if cell[1] > before[1] else "/"
            there = self._cells.get(cell)
            if there is not None and chr(there[0]) != character:
                character = "+"
            self._cells[cell] = ord(character), kind
            before = cell

    def cells(self) -> Iterator[tuple[int, int, str, str]]:
        """Column, line, character and kind of every cell that is not blank."""
        for (x, y), (code, kind) in self._cells.items():
            yield x, y, chr(code if self._ascii else _BLANK + code), kind


def _steps(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The points of a straight line, without holes."""
    (x, y), (to_x, to_y) = start, end
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    for step in range(steps + 1):
        yield x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)
