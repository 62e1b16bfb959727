"""The expressions of a dry run: arithmetic, choices, comprehensions and the arguments of calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from ge_tui.llm.offline.anatomy import Anatomy
from ge_tui.llm.offline.shapes.names import Names, Scope
from ge_tui.llm.offline.shapes.numbers import combine, compare, numbered, truth
from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import (
    UNKNOWN,
    Instance,
    Layer,
    Parent,
    Tensor,
    origins_of,
)

_STEPS = 12_000
_ITEMS = 256


class TooLongError(Exception):
    """The dry run took more steps than any sensible network needs."""


class Expressions(Names):
    """Works out what an expression is worth."""

    def __init__(self, anatomy: Anatomy, trace: Trace) -> None:
        super().__init__(anatomy, trace)
        self._literals: dict[ast.Constant, float] = {}
        self._steps = 0

    def call(self, callee: object, values: Sequence[object], named: Mapping[str, object]) -> object:
        raise NotImplementedError

    def record(self, node: ast.Call, callee: object, values: Sequence[object], result: object) -> None:
        raise NotImplementedError

    def evaluate(self, node: ast.expr, scope: Scope) -> object:
        """What an expression is worth. Raises TooLongError."""
        self._steps += 1
        if self._steps > _STEPS:
            raise TooLongError
        rule = _RULES.get(type(node))
        return rule(self, node, scope) if rule else UNKNOWN

    def bind(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Assign a value to a name, an attribute of an object, or several at once."""
        match target:
            case ast.Name(id=name):
                scope.names[name] = value
            case ast.Attribute(value=owner, attr=name):
                instance = self.evaluate(owner, scope)
                if isinstance(instance, Instance):
                    instance.attributes[name] = value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                values: Sequence[object] = [UNKNOWN] * len(parts)
                starred = any(isinstance(part, ast.Starred) for part in parts)
                if isinstance(value, tuple | list) and len(value) == len(parts) and not starred:
                    values = value
                for part, single in zip(parts, values, strict=True):
                    self.bind(part, single, scope)
            case ast.Starred(value=inner):
                self.bind(inner, UNKNOWN, scope)
            case ast.Subscript(value=ast.Name() | ast.Attribute() as container):
                self.bind(container, UNKNOWN, scope)

    def items(self, value: object) -> Sequence[object] | None:
        """What a loop over a value goes through; None where that is not known."""
        if isinstance(value, Layer) and value.kind == "Sequential":
            value = value.children
        return value if isinstance(value, tuple | list) and len(value) <= _ITEMS else None

    def _constant(self, node: ast.Constant, _: Scope) -> object:
        known = self._literals.get(node)
        if known is None:
            value = node.value
            if not isinstance(value, int | float):
                return value
            known = self._literals[node] = numbered(value, (node,))
        return known

    def _name(self, node: ast.Name, scope: Scope) -> object:
        return scope.names[node.id] if node.id in scope.names else self.global_name(node.id)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> object:
        return self.lookup(self.evaluate(node.value, scope), node.attr)

    def _call(self, node: ast.Call, scope: Scope) -> object:
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return Parent(scope.owner, scope.info) if scope.owner and scope.info else UNKNOWN
        if isinstance(node.func, ast.Name) and node.func.id == "setattr" and scope.owner:
            scope.owner.is_open = True
        callee = self.evaluate(node.func, scope)
        values: list[object] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                several = self.items(self.evaluate(argument.value, scope))
                values += [UNKNOWN] if several is None else several
            else:
                values.append(self.evaluate(argument, scope))
        named: dict[str, object] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                named[keyword.arg] = value
            elif isinstance(value, dict):
                named |= value
            else:
                return UNKNOWN
        result = self.call(callee, values, named)
        self.record(node, callee, values, result)
        return result

    def _binary(self, node: ast.BinOp, scope: Scope) -> object:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            self.trace.sums.setdefault(node, []).append((left, right))
        return combine(node, left, right, self.trace)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> object:
        value = self.evaluate(node.operand, scope)
        if isinstance(node.op, ast.Not):
            known = truth(value)
            return UNKNOWN if known is None else numbered(not known, origins_of(value))
        if isinstance(value, Tensor):
            return Tensor(value.shape)
        if isinstance(value, int | float) and isinstance(node.op, ast.USub):
            return -value
        return UNKNOWN

    def _compare(self, node: ast.Compare, scope: Scope) -> object:
        return compare(node, [self.evaluate(part, scope) for part in (node.left, *node.comparators)])

    def _boolean(self, node: ast.BoolOp, scope: Scope) -> object:
        value: object = UNKNOWN
        for part in node.values:
            value = self.evaluate(part, scope)
            known = truth(value)
            if known is None or known == isinstance(node.op, ast.Or):
                return value
        return value

    def _choice(self, node: ast.IfExp, scope: Scope) -> object:
        test = self.evaluate(node.test, scope)
        self.trace.mark(self.trace.flags, test)
        known = truth(test)
        if known is None:
            return UNKNOWN
        return self.evaluate(node.body if known else node.orelse, scope)

    def _sequence(self, node: ast.Tuple | ast.List, scope: Scope) -> object:
        values: list[object] = []
        for part in node.elts:
            if isinstance(part, ast.Starred):
                several = self.items(self.evaluate(part.value, scope))
                if several is None:
                    return UNKNOWN
                values += several
            else:
                values.append(self.evaluate(part, scope))
        return tuple(values) if isinstance(node, ast.Tuple) else values

    def _dictionary(self, node: ast.Dict, scope: Scope) -> object:
        keys = [key.value if isinstance(key, ast.Constant) else UNKNOWN for key in node.keys]
        if UNKNOWN in keys:
            return UNKNOWN
        return dict(zip(keys, [self.evaluate(value, scope) for value in node.values], strict=True))

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> object:
        if len(node.generators) != 1:
            return UNKNOWN
        source = node.generators[0]
        values = self.items(self.evaluate(source.iter, scope))
        if values is None:
            return UNKNOWN
        inner = Scope(dict(scope.names), scope.owner, scope.info)
        results = []
        for value in values:
            self.bind(source.target, value, inner)
            known = [truth(self.evaluate(test, inner)) for test in source.ifs]
            if None in known:
                return UNKNOWN
            if all(known):
                results.append(self.evaluate(node.elt, inner))
        return results

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> object:
        value = self.evaluate(node.value, scope)
        scope.names[node.target.id] = value
        return value

    def _subscript(self, node: ast.Subscript, scope: Scope) -> object:
        owner = self.evaluate(node.value, scope)
        if isinstance(owner, Tensor):
            return self._window(owner, node.slice, scope)
        if isinstance(owner, Layer):
            owner = owner.children
        if isinstance(node.slice, ast.Slice) and isinstance(owner, tuple | list):
            span = self._slice(node.slice, scope)
            return UNKNOWN if span is None else owner[span]
        key = UNKNOWN if isinstance(node.slice, ast.Slice) else self.evaluate(node.slice, scope)
        if isinstance(owner, tuple | list) and isinstance(key, int) and -len(owner) <= key < len(owner):
            return owner[key]
        return owner.get(key, UNKNOWN) if isinstance(owner, dict) and isinstance(key, int | str) else UNKNOWN

    def _slice(self, node: ast.Slice, scope: Scope) -> slice | None:
        """The bounds of a slice; None where they are not known."""
        parts = [None if part is None else self.evaluate(part, scope) for part in (node.lower, node.upper, node.step)]
        bounds = [int(part) if isinstance(part, int) else None for part in parts]
        if bounds[2] == 0 or any(part is not None and not isinstance(part, int) for part in parts):
            return None
        return slice(*bounds)

    def _window(self, tensor: Tensor, index: ast.expr, scope: Scope) -> object:
        """`x[:, :, None, None]` and the like."""
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        shape: list[int] = []
        left = list(tensor.shape)
        for part in parts:
            if isinstance(part, ast.Constant) and part.value is None:
                shape.append(1)
                continue
            if not left:
                return UNKNOWN
            size = left.pop(0)
            if isinstance(part, ast.Slice):
                span = self._slice(part, scope)
                if span is None:
                    return UNKNOWN
                taken = len(range(*span.indices(size)))
                shape.append(size if taken == size else taken)
            elif not isinstance(self.evaluate(part, scope), int):
                return UNKNOWN
        return Tensor((*shape, *left))


_RULES: Mapping[type[ast.expr], Callable[..., object]] = {
    ast.Constant: Expressions._constant,
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.BoolOp: Expressions._boolean,
    ast.IfExp: Expressions._choice,
    ast.Tuple: Expressions._sequence,
    ast.List: Expressions._sequence,
    ast.Dict: Expressions._dictionary,
    ast.ListComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.NamedExpr: Expressions._walrus,
    ast.Subscript: Expressions._subscript,
}
