"""What a filter says, as values."""

from __future__ import annotations

from dataclasses import dataclass


class QueryError(Exception):
    """A filter that cannot be understood: what is wrong, where, and what may have been meant."""

    def __init__(self, message: str, position: int, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        """The character at which it begins, from 0."""
        self.suggestion = suggestion

    def __str__(self) -> str:
        return self.message + (f"; did you mean {self.suggestion}?" if self.suggestion else "")


@dataclass(frozen=True, slots=True)
class Flag:
    """`front`: one of the words of FLAGS."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """`persona:expert`: a field of words contains a text; with `=` is it, with `!=` is another."""

    field: str
    sign: str
    text: str


@dataclass(frozen=True, slots=True)
class Compare:
    """`acc>0.9`: a number against another."""

    field: str
    sign: str
    number: float


@dataclass(frozen=True, slots=True)
class Text:
    """A word that is in the reason, or in any other word of the individual."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    """Those that another filter does not mean."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none at all means everything."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of them at least."""

    nodes: tuple[Node, ...]


Node = Flag | Said | Compare | Text | Not | And | Or

SPECIAL = '()"<>=:!'
"""Characters that end a word."""
