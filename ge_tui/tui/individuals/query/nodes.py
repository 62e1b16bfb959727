"""What a filter says, as values; and how it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ge_tui.tui.individuals.query.vocabulary import FLAGS, JOINING


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
    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none at all means everything."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    nodes: tuple[Node, ...]


Node = Flag | Said | Compare | Text | Not | And | Or

SPECIAL = '()"<>=:!'
"""Characters that end a word."""


def written(node: Node) -> str:
    """The filter as it is typed; read again, it is the same."""
    match node:
        case Flag(name):
            return name
        case Said(field, sign, text):
            return f"{field}{sign}{_quoted(text, bare=_is_word(text))}"
        case Compare(field, sign, number):
            return f"{field}{sign}{_numeral(number)}"
        case Text(text):
            free = _is_word(text) and text[0] not in "-#" and text.casefold() not in (*FLAGS, *JOINING)
            return _quoted(text, bare=free)
        case Not(inner):
            return f"-{_in_parentheses(inner)}"
        case And(nodes):
            return " ".join(_in_parentheses(one) if isinstance(one, Or) else written(one) for one in nodes)
        case Or(nodes):
            return " or ".join(written(one) for one in nodes)


def _in_parentheses(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, And | Or) else written(node)


def _is_word(text: str) -> bool:
    return bool(text) and not re.search(rf"[\s{re.escape(SPECIAL)}]", text)


def _quoted(text: str, *, bare: bool) -> str:
    if bare:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _numeral(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
