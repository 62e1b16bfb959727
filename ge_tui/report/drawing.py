"""What a picture is made of: shapes with a role each. How a role looks is the renderer's business. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


class Ink(StrEnum):
    """The role of a shape; in the page a class of this name."""

    TEXT = "text"
    MUTED = "muted"
    GRID = "grid"
    ONE = "s1"
    TWO = "s2"
    THREE = "s3"
    FOUR = "s4"
    FIVE = "s5"
    SIX = "s6"


Dash = Literal["", "dashed", "dotted"]
Mark = Literal["dot", "ring", "diamond", "square"]
SERIES = (Ink.ONE, Ink.TWO, Ink.THREE, Ink.FOUR, Ink.FIVE, Ink.SIX)
_DASHES: tuple[Dash, ...] = ("", "dashed", "dotted")


def series_look(place: int) -> tuple[Ink, Dash]:
    """How the n-th line is drawn: colours come round again, with dashes then."""
    again, colour = divmod(place, len(SERIES))
    return SERIES[colour], _DASHES[again % len(_DASHES)]


@dataclass(frozen=True, slots=True)
class Line:
    """Points that are joined."""

    points: tuple[Point, ...]
    ink: Ink
    width: float = 1.0
    dash: Dash = ""
    note: str = ""
    """Shown where one points at it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline one can see through."""

    points: tuple[Point, ...]
    ink: Ink


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One point of interest."""

    x: float
    y: float
    mark: Mark
    ink: Ink
    size: float = 4.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dust:
    """Many points of no interest of their own."""

    points: tuple[Point, ...]
    ink: Ink
    size: float = 2.0


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one line."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"
    ink: Ink = Ink.TEXT
    size: int = 12
    bold: bool = False
    upright: bool = False
    """Turned to the left, to be read from below."""


Shape = Line | Area | Box | Sign | Dust | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture; the origin is at the top left."""

    width: float
    height: float
    title: str
    """What it shows, for those who cannot see it."""
    shapes: tuple[Shape, ...]
