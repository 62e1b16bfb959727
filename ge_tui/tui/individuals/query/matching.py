"""Whether an individual is one of those that a filter means."""

from __future__ import annotations

import operator
from collections.abc import Callable

from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.query.nodes import And, Compare, Flag, Node, Not, Or, Said, Text
from ge_tui.tui.individuals.query.vocabulary import FLAGS, NUMBERS, TEXTS

Matcher = Callable[[Facts], bool]

_COMPARING: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": lambda one, other: abs(one - other) <= 1e-9 * max(1.0, abs(one), abs(other)),
}


def matcher(node: Node) -> Matcher:
    """The filter as a function. What was not measured is neither above nor below anything."""
    match node:
        case Flag(name):
            return FLAGS[name]
        case Said():
            return _said(node)
        case Compare():
            return _compare(node)
        case Text(text):
            wanted = text.casefold()
            fields = tuple(TEXTS.values())
            return lambda f: any(wanted in (field(f) or "").casefold() for field in fields)
        case Not(inner):
            denied = matcher(inner)
            return lambda f: not denied(f)
        case And(nodes):
            all_of = tuple(map(matcher, nodes))
            return lambda f: all(one(f) for one in all_of)
        case Or(nodes):
            any_of = tuple(map(matcher, nodes))
            return lambda f: any(one(f) for one in any_of)


def _said(node: Said) -> Matcher:
    field, wanted = TEXTS[node.field], node.text.casefold()
    if node.sign == ":":
        return lambda f: wanted in (field(f) or "").casefold()
    if node.sign == "=":
        return lambda f: (field(f) or "").casefold() == wanted
    return lambda f: (field(f) or "").casefold() != wanted


def _compare(node: Compare) -> Matcher:
    field, number = NUMBERS[node.field], node.number
    if node.sign == "!=":
        same = _COMPARING["="]
        return lambda f: not any(same(value, number) for value in field(f))
    test = _COMPARING[node.sign]
    return lambda f: any(test(value, number) for value in field(f))
