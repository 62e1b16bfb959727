"""Imports an answer brings: known ones are dropped, new ones go to the end of the header."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ge_tui.llm.answers.code import Code, Import, Statement
from ge_tui.llm.answers.model import Refusal, RefusalReason
from ge_tui.llm.answers.scope import BUILTINS, Scope


@dataclass(frozen=True, slots=True)
class Binding:
    """One name an import binds."""

    name: str
    """`*` for a star import."""
    target: str
    """What it stands for: `torch.nn` for `import torch.nn as nn` and for `from torch import nn`."""
    line: str
    """The import of this name alone."""


def bindings(node: Import) -> Iterator[Binding]:
    """The names an import binds, one by one."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            line = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
            root = alias.name.partition(".")[0]
            yield Binding(alias.asname or root, alias.name, line)
        else:
            module = "." * node.level + (node.module or "")
            line = f"from {module} import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
            yield Binding(alias.asname or alias.name, f"{module}.{alias.name}", line)


@dataclass(slots=True)
class ImportPlan:
    """Where the imports of an answer go."""

    header: list[str]
    """New lines for the header."""
    kept: list[str]
    """Lines that must stay with the code: the header has the name for something the rest does not use."""


def plan_imports(statements: Sequence[Statement], code: Code, scope: Scope) -> ImportPlan | Refusal:
    """Sort imports into known, new and conflicting ones."""
    known = {binding.name: binding for binding in header_bindings(scope.header)}
    modules = {binding.target for binding in header_bindings(scope.header)}
    plan = ImportPlan([], [])
    for statement in statements:
        assert isinstance(statement.node, Import)
        for binding in bindings(statement.node):
            if binding.target.startswith("__future__."):
                if refusal := _check_future(binding, code, scope, known):
                    return refusal
                continue
            old = known.get(binding.name)
            plain = "." in binding.target and binding.name == binding.target.partition(".")[0]
            if old is not None and (old.target == binding.target or (plain and binding.target in modules)):
                continue
            if plain and old is not None and old.target.partition(".")[0] == binding.name:
                _add(plan.header, binding.line)  # `import torch.utils.checkpoint` next to `import torch`
                continue
            if _means_something_else(binding.name, scope):
                if binding.name in scope.elsewhere.loads | scope.elsewhere.own_names:
                    return _conflict(binding, old)
                _add(plan.kept, binding.line)
            else:
                _add(plan.header, binding.line)
    return plan


def header_bindings(header: Code | None) -> list[Binding]:
    """What the imports of a header bind."""
    if header is None:
        return []
    return [item for statement in header.statements if isinstance(statement.node, Import)
            for item in bindings(statement.node)]  # fmt: skip


def with_imports(header: str, lines: Sequence[str]) -> str:
    """A header with import lines after its last line; the blank lines at its end stay there."""
    if not lines:
        return header
    body = header.rstrip("\r\n")
    tail = header[len(body) :] or ("\n" if body else "\n\n\n")
    return (f"{body}\n" if body else "") + "\n".join(lines) + tail


def _add(lines: list[str], line: str) -> None:
    if line not in lines:
        lines.append(line)


def _means_something_else(name: str, scope: Scope) -> bool:
    if name == "*":
        return False
    header_names = scope.header.names if scope.header else frozenset()
    taken = name in header_names or name in scope.elsewhere.own_names
    return taken or (name in BUILTINS and name in scope.elsewhere.loads)


def _conflict(binding: Binding, old: Binding | None) -> Refusal:
    meaning = old.target if old else "a part of the file or a builtin"
    return Refusal(
        RefusalReason.IMPORT_CONFLICT,
        f"'{binding.line}' gives {binding.name} another meaning than the rest of the file relies on ({meaning})",
    )


def _check_future(binding: Binding, code: Code, scope: Scope, known: dict[str, Binding]) -> Refusal | None:
    """A future import may only stand at the top of the file; all but `annotations` change nothing any more."""
    if binding.name in known or binding.target != "__future__.annotations":
        return None
    seen = BUILTINS | (scope.header.names if scope.header else frozenset()) | scope.elsewhere.own_names
    for statement in code.statements:
        missing = sorted(_annotation_names(statement.node) - seen)
        if missing:
            return Refusal(
                RefusalReason.IMPORT_CONFLICT,
                f"the annotations use {missing[0]} before it is defined, which needs 'from __future__ import "
                "annotations' above the protected header; leave the annotations out",
            )
        seen |= statement.names
    return None


def _annotation_names(node: ast.stmt) -> frozenset[str]:
    annotations: list[ast.expr | None] = []
    for item in ast.walk(node):
        match item:
            case ast.arg(annotation=found) | ast.AnnAssign(annotation=found):
                annotations.append(found)
            case ast.FunctionDef(returns=found) | ast.AsyncFunctionDef(returns=found):
                annotations.append(found)
    return frozenset(
        name.id for found in annotations if found is not None for name in ast.walk(found) if isinstance(name, ast.Name)
    )
