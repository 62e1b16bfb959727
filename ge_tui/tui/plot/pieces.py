"""Lines of characters with their meaning, before they have a colour. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from rich.cells import cell_len


class Tone(Enum):
    """What a character means; the value is the component class that gives it a colour."""

    PLAIN = "plain"
    AXIS = "axis"
    TITLE = "title"
    DIM = "dim"
    FRONT = "front"
    SEED = "seed"
    GOOD = "good"
    BOX = "box"
    STAIRS = "stairs"
    MARKED = "marked"
    SELECTED = "selected"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


Piece = tuple[str, Tone]
Row = tuple[Piece, ...]


def joined(pieces: Iterable[Piece]) -> Row:
    """The same in as few pieces as can be; spaces take the tone of what is before them."""
    done: list[Piece] = []
    for text, tone in pieces:
        if not text:
            continue
        before = done[-1] if done else None
        if before is not None and (before[1] is tone or (text.isspace() and Tone.SELECTED not in (before[1], tone))):
            done[-1] = (before[0] + text, before[1])
        else:
            done.append((text, tone))
    return tuple(done)


def width_of(row: Iterable[Piece]) -> int:
    """In cells."""
    return sum(cell_len(text) for text, _ in row)


def filled(row: Row, width: int) -> Row:
    """A row cut or filled up to a width, of characters one cell wide."""
    done: list[Piece] = []
    room = width
    for text, tone in row:
        done.append((text[:room], tone))
        room -= len(text[:room])
    return (*done, (" " * room, Tone.PLAIN)) if room > 0 else tuple(piece for piece in done if piece[0])


def text_of(row: Iterable[Piece]) -> str:
    """What stands there."""
    return "".join(text for text, _ in row)


def beside(left: Iterable[Row], right: Iterable[Row], width: int, gap: int = 1) -> list[Row]:
    """Two blocks of rows next to each other, the left one filled up to a width."""
    left, right = list(left), list(right)
    rows = max(len(left), len(right))
    left += [()] * (rows - len(left))
    right += [()] * (rows - len(right))
    space: Row = ((" " * gap, Tone.PLAIN),)
    return [(*filled(a, width), *space, *b) for a, b in zip(left, right, strict=True)]
