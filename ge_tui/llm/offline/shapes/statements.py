"""The statements of a dry run: assignments, branches and loops whose course is known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ge_tui.llm.offline.anatomy import imported
from ge_tui.llm.offline.shapes.expressions import Expressions
from ge_tui.llm.offline.shapes.names import Scope
from ge_tui.llm.offline.shapes.numbers import combine, truth
from ge_tui.llm.offline.shapes.values import UNKNOWN, Path

GOES_ON: Final = object()
"""What a statement gives that does not return."""


class Statements(Expressions):
    """Executes the bodies of functions, as far as their course does not hang on values."""

    def execute(self, body: Sequence[ast.stmt], scope: Scope) -> object:
        """What a body returns, or GOES_ON where it comes to its end."""
        for statement in body:
            rule = _STATEMENTS.get(type(statement))
            result = rule(self, statement, scope) if rule else self._forget([statement], scope)
            if result is not GOES_ON:
                return result
        return GOES_ON

    def _assign(self, statement: ast.Assign, scope: Scope) -> object:
        value = self.evaluate(statement.value, scope)
        for target in statement.targets:
            self.bind(target, value, scope)
        return GOES_ON

    def _annotated(self, statement: ast.AnnAssign, scope: Scope) -> object:
        if statement.value is not None:
            self.bind(statement.target, self.evaluate(statement.value, scope), scope)
        return GOES_ON

    def _augmented(self, statement: ast.AugAssign, scope: Scope) -> object:
        before = self.evaluate(statement.target, scope)
        value = combine(statement, before, self.evaluate(statement.value, scope), self.trace)
        self.bind(statement.target, value, scope)
        return GOES_ON

    def _expression(self, statement: ast.Expr, scope: Scope) -> object:
        self.evaluate(statement.value, scope)
        return GOES_ON

    def _return(self, statement: ast.Return, scope: Scope) -> object:
        return self.evaluate(statement.value, scope) if statement.value is not None else None

    def _if(self, statement: ast.If, scope: Scope) -> object:
        test = self.evaluate(statement.test, scope)
        self.trace.mark(self.trace.flags, test)
        known = truth(test)
        if known is None:
            return self._forget([*statement.body, *statement.orelse], scope)
        return self.execute(statement.body if known else statement.orelse, scope)

    def _for(self, statement: ast.For, scope: Scope) -> object:
        values = self.items(self.evaluate(statement.iter, scope))
        if values is None or any(isinstance(inner, ast.Break | ast.Continue) for inner in ast.walk(statement)):
            return self._forget([statement], scope)
        for value in list(values):
            self.bind(statement.target, value, scope)
            result = self.execute(statement.body, scope)
            if result is not GOES_ON:
                return result
        return GOES_ON

    def _with(self, statement: ast.With, scope: Scope) -> object:
        for item in statement.items:
            if item.optional_vars is not None:
                self.bind(item.optional_vars, UNKNOWN, scope)
        return self.execute(statement.body, scope)

    def _import(self, statement: ast.Import | ast.ImportFrom, scope: Scope) -> object:
        scope.names.update((name, Path(path)) for name, path in imported(statement))
        return GOES_ON

    def _nothing(self, _statement: ast.stmt, _scope: Scope) -> object:
        return GOES_ON

    def _forget(self, body: Sequence[ast.stmt], scope: Scope) -> object:
        """All that a body which cannot be followed may change is unknown from here on."""
        returns = False
        for node in (inner for statement in body for inner in ast.walk(statement)):
            if isinstance(node, ast.Return):
                returns = True
            elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                self.bind(node, UNKNOWN, scope)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr in ("append", "extend", "insert"):
                    self.bind(node.func.value, UNKNOWN, scope)
                elif scope.owner is not None and node.func.attr in ("add_module", "register_module"):
                    scope.owner.is_open = True
            elif isinstance(node, ast.Name) and node.id == "setattr" and scope.owner is not None:
                scope.owner.is_open = True
            elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
                scope.names[node.name] = UNKNOWN
            elif isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node, scope)
        return UNKNOWN if returns else GOES_ON


_STATEMENTS: Mapping[type[ast.stmt], Callable[..., object]] = {
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._expression,
    ast.Return: Statements._return,
    ast.If: Statements._if,
    ast.For: Statements._for,
    ast.With: Statements._with,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import,
    ast.Pass: Statements._nothing,
    ast.Assert: Statements._nothing,
    ast.Raise: Statements._nothing,
}
