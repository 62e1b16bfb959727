"""What the canvas can show: lines of pieces, in which individuals have their spots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Piece(NamedTuple):
    """Text of one look; `kind` is the component class that gives it."""

    text: str
    kind: str = ""


class Spot(NamedTuple):
    """Where an individual stands, in cells of the whole drawing."""

    x: int
    y: int
    width: int


class Drawing(Protocol):
    """A picture larger than the screen, drawn line by line where it is looked at."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def head(self) -> int:
        """So many of its first lines stay on top."""
        ...

    @property
    def snap(self) -> int:
        """It is scrolled sideways by multiples of this."""
        ...

    def line(self, y: int, start: int, width: int, cursor: int | None) -> list[Piece]:
        """The cells of a line from `start` on, at most `width` of them, with the cursor on an individual."""
        ...

    def spot(self, number: int) -> Spot | None:
        """None: it is not shown."""
        ...

    def at(self, x: int, y: int) -> int | None:
        """The individual at a cell."""
        ...

    def unlit(self) -> Drawing:
        """Without the kin of one individual, where they are only colours: for a page that is looked at in passing."""
        ...

    def beside(self, number: int, step: int) -> int | None:
        """The individual so many places below another, or above it; the last one there is where there are fewer."""
        ...


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing, or a few words."""

    words: str = ""
    width: int = 0
    height: int = 1
    head: int = 0
    snap: int = 1

    def line(self, y: int, start: int, width: int, cursor: int | None) -> list[Piece]:  # noqa: ARG002
        return [Piece(f" {self.words}"[:width], "muted")] if y == 0 else []

    def spot(self, number: int) -> Spot | None:  # noqa: ARG002
        return None

    def unlit(self) -> Empty:
        return self

    def at(self, x: int, y: int) -> int | None:  # noqa: ARG002
        return None

    def beside(self, number: int, step: int) -> int | None:  # noqa: ARG002
        return None


_LINED = frozenset({"main", "ancestor", "cursor"})
"""Kinds in which a space is seen."""


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same to look at in fewer pieces, each of which costs some 40 bytes on the line."""
    found: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        last = found[-1] if found else None
        blank = last is not None and piece.text.isspace() and not {last.kind, piece.kind} & _LINED
        if last is not None and (last.kind == piece.kind or blank):
            found[-1] = Piece(last.text + piece.text, last.kind)
        else:
            found.append(piece)
    return found


def cropped(pieces: Iterable[Piece], start: int, width: int) -> list[Piece]:
    """The cells from `start` on, of pieces whose characters are one cell wide each."""
    found: list[Piece] = []
    at = 0
    for text, kind in pieces:
        part = text[max(0, start - at) : max(0, start + width - at)]
        if part:
            found.append(Piece(part, kind))
        at += len(text)
    return found
