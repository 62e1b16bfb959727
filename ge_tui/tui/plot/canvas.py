"""Lines drawn in dots: braille has eight to a character, ASCII two. Pure."""

from __future__ import annotations

from ge_tui.tui.plot.pieces import Piece, Row, Tone, joined

_BRAILLE = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_ASCII = " '.:"


class Canvas:
    """Cells to draw on; dots are counted from the upper left, those outside are left out."""

    def __init__(self, width: int, height: int, *, unicode: bool = True) -> None:
        self.per_cell = (2, 4) if unicode else (1, 2)
        self._unicode = unicode
        self._bits = [[0] * width for _ in range(height)]
        self._tones: dict[tuple[int, int], Tone] = {}
        self.width, self.height = width * self.per_cell[0], height * self.per_cell[1]

    def dot(self, x: int, y: int, tone: Tone) -> None:
        """Set a dot; its cell takes the tone."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return
        across, down = self.per_cell
        column, row = x // across, y // down
        bit = _BRAILLE[y % down][x % across] if self._unicode else 1 << (y % down)
        self._bits[row][column] |= bit
        self._tones[row, column] = tone

    def line(self, start: tuple[int, int], end: tuple[int, int], tone: Tone, gap: int = 1) -> None:
        """A line between two dots; with a gap of 2 or more it is dotted."""
        steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
        for step in range(steps + 1):
            x = start[0] + round((end[0] - start[0]) * step / steps)
            y = start[1] + round((end[1] - start[1]) * step / steps)
            if gap == 1 or (x + y) % gap == 0:
                self.dot(x, y, tone)

    def rows(self) -> list[Row]:
        """What was drawn."""
        return [joined(self._piece(y, x, bits) for x, bits in enumerate(row)) for y, row in enumerate(self._bits)]

    def _piece(self, row: int, column: int, bits: int) -> Piece:
        if not bits:
            return " ", Tone.PLAIN
        sign = chr(0x2800 + bits) if self._unicode else _ASCII[bits]
        return sign, self._tones[row, column]
