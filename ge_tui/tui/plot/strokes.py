"""Lines through the middles of cells, with the corners and crossings that belong where they meet. Pure."""

from __future__ import annotations

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_SIGNS = " ╵╷│╴┘┐┤╶└┌├─┴┬┼"
_PLAIN = " |||-+++-+++-+++"

Cell = tuple[int, int]
"""Column and row."""


class Strokes:
    """Straight strokes, as of a staircase."""

    def __init__(self) -> None:
        self._arms: dict[Cell, int] = {}

    def across(self, start: int, end: int, row: int) -> None:
        """From a column to another."""
        low, high = min(start, end), max(start, end)
        for column in range(low, high + 1):
            self._add((column, row), (_LEFT if column > low else 0) | (_RIGHT if column < high else 0))

    def down(self, start: int, end: int, column: int) -> None:
        """From a row to another."""
        low, high = min(start, end), max(start, end)
        for row in range(low, high + 1):
            self._add((column, row), (_UP if row > low else 0) | (_DOWN if row < high else 0))

    def _add(self, cell: Cell, arms: int) -> None:
        if arms:
            self._arms[cell] = self._arms.get(cell, 0) | arms

    def signs(self, *, unicode: bool = True) -> dict[Cell, str]:
        """The character of each cell that a stroke goes through."""
        signs = _SIGNS if unicode else _PLAIN
        return {cell: signs[arms] for cell, arms in self._arms.items()}
