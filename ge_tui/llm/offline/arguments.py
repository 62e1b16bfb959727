"""Finding the arguments of a call in the text."""

from __future__ import annotations

import ast
from collections.abc import Collection


def argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    """An argument given by name or by position; None where it is left out."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = call.args[: position + 1]
    if len(before) <= position or any(isinstance(value, ast.Starred) for value in before):
        return None
    return before[position]


def only_names(call: ast.Call, allowed: Collection[str]) -> bool:
    """Whether no argument is given by a name other than these, or by `**`."""
    return all(keyword.arg in allowed for keyword in call.keywords)


def bracketed(node: ast.expr, text: str) -> str:
    """The text of an expression, ready to stand where another stood."""
    simple = isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript | ast.Constant)
    return text if simple else f"({text})"
