"""Pieces of a screen line: text with the names of its colours. Pure; cells are counted, not characters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size, set_cell_size

from ge_tui.tui.text.document import Span

GROUNDS = ("plain", "removed", "added", "gone", "come", "empty", "section", "fold")
"""What lies behind the text; `gone` and `come` are changed words of a removed and an added line."""


class Piece(NamedTuple):
    """Text in one style."""

    text: str
    kind: str = ""
    """The colour of the text; empty: the usual one."""
    ground: str = "plain"


Pieces = tuple[Piece, ...]


def paint(
    text: str, spans: Iterable[Span], ground: str, marks: Iterable[tuple[int, int]] = (), marked: str = ""
) -> Pieces:
    """A line with its colours over its ground, and over another ground where it is marked."""
    kinds = [(0, ""), *(edge for start, stop, kind in spans for edge in ((start, kind), (stop, "")))]
    grounds = [(0, ground), *(edge for start, stop in marks for edge in ((start, marked), (stop, ground)))]
    cuts = sorted({0, len(text), *(at for at, _ in kinds), *(at for at, _ in grounds)})
    result: list[Piece] = []
    for start, stop in pairwise(cuts):
        kind = kinds[bisect_right(kinds, start, key=_place) - 1][1]
        behind = grounds[bisect_right(grounds, start, key=_place) - 1][1]
        piece = text[start:stop]
        if result and behind == result[-1].ground and (kind == result[-1].kind or not piece.strip()):
            result[-1] = Piece(result[-1].text + piece, result[-1].kind, behind)
        else:
            result.append(Piece(piece, kind, behind))
    return tuple(result)


def _place(edge: tuple[int, str]) -> int:
    return edge[0]


def cells(pieces: Iterable[Piece]) -> int:
    """How wide a line is."""
    return sum(cell_len(piece.text) for piece in pieces)


def window(pieces: Iterable[Piece], start: int, width: int) -> Pieces:
    """What of a line lies in `width` cells from cell `start` on; half a wide character is a space."""
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        size = cell_len(piece.text)
        first, last = max(start - at, 0), min(start + width - at, size)
        if first < last:
            kept.append(piece._replace(text=_slice(piece.text, size, first, last)))
        at += size
        if at >= start + width:
            break
    return tuple(kept)


def _slice(text: str, size: int, first: int, last: int) -> str:
    if size == len(text):  # one cell a character (or so few of no width that nobody will see it)
        return text[first:last]
    left = set_cell_size(text, first)
    rest = text[len(left) :]
    if not text.startswith(left):  # a wide character was cut in half
        rest = f" {rest}"
    return set_cell_size(rest, last - first)


def cut_short(pieces: Iterable[Piece], width: int) -> Pieces:
    """At most `width` cells of a line, with an ellipsis where something is left out."""
    pieces = tuple(pieces)
    if cells(pieces) <= width:
        return pieces
    kept = window(pieces, 0, max(width - 1, 0))
    style = kept[-1] if kept else pieces[0]
    return (*kept, style._replace(text="…")) if width > 0 else ()


def breaks(text: str, width: int) -> list[int]:
    """Where (characters) the screen lines of a wrapped line begin."""
    if width < 1 or cell_len(text) <= width:
        return [0]
    starts, used = [0], 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > width and index > starts[-1]:
            starts.append(index)
            used = 0
        used += size
    return starts


def between(pieces: Iterable[Piece], start: int, stop: int | None) -> Pieces:
    """Pieces of the characters from `start` up to `stop`."""
    kept: list[Piece] = []
    at = 0
    for piece in pieces:
        text = piece.text[max(start - at, 0) : None if stop is None else max(stop - at, 0)]
        if text:
            kept.append(piece._replace(text=text))
        at += len(piece.text)
    return tuple(kept)


def prose(text: str, width: int) -> Iterator[str]:
    """A text wrapped at its spaces; a word that is too long is broken."""
    for line in text.split("\n"):
        yield from _wrapped(line, max(width, 1))


def _wrapped(line: str, width: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip(" "))][: max(min(width // 2, width - 2), 0)]
    now = indent
    empty = True
    for word in line.split():
        rest = word
        if not empty and cell_len(now) + 1 + cell_len(rest) > width:
            yield now
            now, empty = indent, True
        starts = breaks(rest, max(width - cell_len(now), 1)) if empty else [0]
        for start, stop in pairwise(starts):
            yield indent + rest[start:stop]
        rest = rest[starts[-1] :]
        now = indent if len(starts) > 1 else now
        now = f"{now}{'' if empty else ' '}{rest}"
        empty = False
    yield now


def joined(parts: Sequence[Pieces], gap: Piece) -> Pieces:
    """Parts of a line with a gap between each two."""
    result: list[Piece] = []
    for part in parts:
        if result:
            result.append(gap)
        result += part
    return tuple(result)
