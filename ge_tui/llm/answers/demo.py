"""Code that shows how to use the answer; it is no part of the network and would run at every import."""

from __future__ import annotations

import ast

from ge_tui.llm.answers.code import Code, Statement

_HARMLESS_CALLS = frozenset({"print", "len", "summary", "main", "test", "demo"})


def demo_statements(code: Code, parent: Code | None) -> frozenset[int]:
    """The numbers of the statements at the end of a text that only show it off.

    A main guard is one wherever it stands. Nothing is one in a file whose parent has the like.
    """
    if parent is not None and any(_is_guard(item) or _prints(item) for item in parent.statements):
        return frozenset()
    guards = {number for number, item in enumerate(code.statements) if _is_guard(item)}
    trailing: list[int] = []
    for number in reversed(range(len(code.statements))):
        item = code.statements[number]
        if number in guards:
            continue
        if not _may_be_demo(item):
            break
        trailing.append(number)
    rest = [item for number, item in enumerate(code.statements) if number not in {*trailing, *guards}]
    needed = frozenset().union(*(item.loads for item in rest))
    classes = {
        str(getattr(item.node, "name", "")) for source in (code, parent) if source for item in source.definitions
    }
    shows = any(_prints(code.statements[number]) or _builds(code.statements[number], classes) for number in trailing)
    bound = frozenset().union(*(code.statements[number].names for number in trailing))
    known = parent.names if parent else frozenset()
    if not shows or bound & (needed | known) or not rest:
        return frozenset(guards)
    return frozenset({*trailing, *guards})


def _is_guard(item: Statement) -> bool:
    node = item.node
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def _may_be_demo(item: Statement) -> bool:
    match item.node:
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
        case ast.Assert() | ast.With() | ast.For():
            return not any(isinstance(part, ast.ClassDef | ast.FunctionDef) for part in ast.walk(item.node))
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in _HARMLESS_CALLS
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr))):
            return attr in {"eval", "train", "manual_seed", "backward", "step"}
    return False


def _builds(item: Statement, classes: set[str]) -> bool:
    """`model = Net(10, 3)`."""
    return isinstance(item.node, ast.Assign) and any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in classes
        for part in ast.walk(item.node.value)
    )


def _prints(item: Statement) -> bool:
    """Whether a statement outside every definition prints or asserts."""
    if item.is_definition:
        return False
    return any(
        isinstance(part, ast.Assert)
        or (isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "print")
        for part in ast.walk(item.node)
    )
