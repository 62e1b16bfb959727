"""The lanes of a row as characters. Pure."""

from __future__ import annotations

from ge_tui.tui.lineage.drawing import Piece
from ge_tui.tui.lineage.lanes import LaneRow

_UP, _DOWN, _RIGHT, _LEFT = 1, 2, 4, 8
# By the sides to which a line goes on.
_BOXES = " ╵╷│╶╰╭├╴╯╮┤─┴┬┼"
_ASCII = " |||-`,+-'.+-+++"
_HEAVY = {"│": "┃", "|": "#"}


def lane_pieces(row: LaneRow, sign: Piece, most: int, *, apart: int, ascii_only: bool) -> list[Piece]:
    """The lanes of a row, `apart` cells from one to the next; of more than `most`, the last cell says so."""
    arriving, leaving = set(row.arriving), set(row.leaving)
    touched = {row.lane, *arriving, *leaving}
    low, high = min(touched), max(touched)
    pieces: list[Piece] = []
    for lane in range(min(row.width, most)):
        bits = _bits(row, lane)
        if low <= lane <= high:
            crossed = low < lane < high and lane not in touched and bits
            bits |= 0 if crossed else (_RIGHT if lane < high else 0) | (_LEFT if lane > low else 0)
        pieces.append(sign if lane == row.lane else _line(row, lane, bits, ascii_only=ascii_only))
        if apart > 1:
            along = low <= lane < high
            pieces.append(
                Piece((("-" if ascii_only else "─") if along else " ") * (apart - 1), "edge" if along else "")
            )
    if row.width > most:
        pieces[-apart:] = [Piece("~" if ascii_only else "…", "edge"), Piece(" " * (apart - 1))]
    return pieces


def _bits(row: LaneRow, lane: int) -> int:
    up = lane < len(row.above) and row.above[lane] is not None
    down = lane < len(row.below) and row.below[lane] is not None
    return (_UP if up else 0) | (_DOWN if down else 0)


def _line(row: LaneRow, lane: int, bits: int, *, ascii_only: bool) -> Piece:
    character = (_ASCII if ascii_only else _BOXES)[bits]
    on = [lanes[lane] for lanes in (row.above, row.below) if lane < len(lanes)]
    if any(one is not None and one.main for one in on):
        return Piece(_HEAVY.get(character, character), "edge-main")
    return Piece(character, "edge" if bits else "")
