"""Whether code whose end was not marked is all there."""

from __future__ import annotations

import ast
import re

from ge_tui.llm.answers.checks import body_names
from ge_tui.llm.answers.code import Code, Function
from ge_tui.llm.answers.elided import functions
from ge_tui.llm.answers.scope import Scope


def looks_whole(code: Code, scope: Scope, *, fenced: bool) -> bool:
    """The last function ends as a function does, and the last class has the methods it had in the parent."""
    if not code.statements or not _ends_in_full(code.text, fenced=fenced):
        return False
    last = code.statements[-1].node
    before = dict(functions(scope.code)) if scope.code else {}
    if isinstance(last, ast.ClassDef):
        old = scope.code.definition(last.name) if scope.code else None
        if old is not None and isinstance(old.node, ast.ClassDef) and body_names(old.node) - body_names(last):
            return False
        methods = [item for item in last.body if isinstance(item, Function)]
        if not methods or methods[-1] is not last.body[-1]:
            return bool(last.body)
        return _is_finished(methods[-1], before.get(f"{last.name}.{methods[-1].name}"))
    if isinstance(last, Function):
        return _is_finished(last, before.get(last.name))
    return True


def _ends_in_full(text: str, *, fenced: bool) -> bool:
    """Whether the last line is not cut: it has an end, or ends in a bracket or in a name the code uses elsewhere.

    Bare code ends where the answer ends; a fence that was begun and ends in a name is more likely cut.
    """
    if text.endswith("\n") or text.rstrip()[-1:] in ")]}\"'":
        return True
    name = re.search(r"(?!self$|cls$)\b[A-Za-z_][\w.]*$", text[-200:])
    return (
        name is not None
        and not fenced
        and re.search(rf"(?<![\w.]){re.escape(name.group())}(?![\w.])", text[: -len(name.group())]) is not None
    )


def _is_finished(function: Function, old: Function | None) -> bool:
    """A function that gave a value in the parent ends by giving one."""
    gives = _gives_value(old) if old is not None else function.name == "forward"
    return not gives or _ends(function.body)


def _gives_value(function: Function) -> bool:
    return any(isinstance(item, ast.Return) and item.value is not None for item in ast.walk(function))


def _ends(body: list[ast.stmt]) -> bool:
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=then, orelse=orelse):
            return bool(orelse) and _ends(then) and _ends(orelse)
        case ast.With(body=inner) | ast.AsyncWith(body=inner) | ast.While(body=inner):
            return _ends(inner)
        case ast.Try(body=inner, handlers=handlers):
            return _ends(inner) and all(_ends(handler.body) for handler in handlers)
        case ast.Match(cases=cases):
            return all(_ends(case.body) for case in cases)
    return False
