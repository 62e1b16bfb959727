"""Whether the statements of a file stand in an order in which they can run."""

from __future__ import annotations

import ast

from ge_tui.llm.answers.code import Code, Function


def used_too_early(code: Code) -> str:
    """A name that is used while the file is imported, before it is defined further down; empty: none."""
    later = set(code.names)
    seen: set[str] = set()
    for item in code.statements:
        names = item.names
        early = (_needed_at_once(item.node) & later) - seen - names
        if early:
            return sorted(early)[0]
        seen |= names
    return ""


def _needed_at_once(node: ast.stmt) -> frozenset[str]:
    """Names that are looked up when the statement runs; bodies of functions run later."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Function):
            waiting += [*item.decorator_list, *item.args.defaults, *(x for x in item.args.kw_defaults if x is not None)]
        elif isinstance(item, ast.Lambda):
            waiting += item.args.defaults
        else:
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
                found.add(item.id)
            waiting.extend(ast.iter_child_nodes(item))
    return frozenset(found)
