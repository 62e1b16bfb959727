"""A filter as a user would type it."""

from __future__ import annotations

import re

from ge_tui.tui.individuals.query import And, Compare, Flag, Node, Not, Or, Said, Text
from ge_tui.tui.individuals.query.nodes import SPECIAL
from ge_tui.tui.individuals.query.vocabulary import FLAGS

JOINING = ("and", "or", "not")


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
