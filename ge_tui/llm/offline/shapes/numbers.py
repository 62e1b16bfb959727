"""Arithmetic of a dry run: plain numbers, whose origins in the text are carried along."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence

from ge_tui.llm.offline.shapes.functions import broadcast, function
from ge_tui.llm.offline.shapes.trace import Trace
from ge_tui.llm.offline.shapes.values import UNKNOWN, Instance, Layer, Literal, Rate, Tensor, origins_of

_LARGEST = 10**12
_ITEMS = 256

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: lambda first, second: first is second or first == second,
    ast.IsNot: lambda first, second: first is not second and first != second,
}
_ORDER: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CONVERSIONS: Mapping[str, Callable[[float], float]] = {
    "int": int,
    "round": round,
    "abs": abs,
    "float": float,
}
_MATH: Mapping[str, Callable[..., float]] = {
    "ceil": math.ceil,
    "floor": math.floor,
    "gcd": math.gcd,
    "sqrt": math.sqrt,
    "log2": math.log2,
    "log": math.log,
}


def numbered(value: float, origins: Sequence[ast.Constant]) -> float:
    """A number that remembers the literals it comes from."""
    if isinstance(value, int):
        return Literal.of(value, origins)
    return Rate.of(value, origins) if origins else value


def combine(node: ast.BinOp | ast.AugAssign, left: object, right: object, trace: Trace) -> object:
    """The value of a binary operator."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _combined_tensors(node, left, right, trace)
    if isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add):
        return (left + right)[:_ITEMS]
    if isinstance(left, list) and isinstance(right, int) and isinstance(node.op, ast.Mult):
        trace.mark(trace.depths, right)
        return (left * min(right, _ITEMS))[:_ITEMS]
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    if isinstance(node.op, ast.Pow):
        small = 0 < abs(left) < 1000 and 0 <= right < 10
        return left**right if small else UNKNOWN
    rule = _BINARY.get(type(node.op))
    if rule is None or abs(left) > _LARGEST or abs(right) > _LARGEST:
        return UNKNOWN
    if right == 0 and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
        trace.problems.append("a division by zero")
        return UNKNOWN
    return numbered(rule(left, right), _origins(node, left, right, trace))


def _combined_tensors(node: ast.BinOp | ast.AugAssign, left: object, right: object, trace: Trace) -> object:
    """An operator with a tensor on one side at least. The gradient of a product needs both its factors."""
    if isinstance(node.op, ast.MatMult):
        both = isinstance(left, Tensor) and isinstance(right, Tensor)
        return function("matmul", (left, right), {}, trace) if both else UNKNOWN
    if isinstance(node, ast.AugAssign):
        trace.overwrite(left)
    elif not isinstance(node.op, ast.Add | ast.Sub):
        for side in (left, right):
            if isinstance(side, Tensor):
                side.kept = True
    return broadcast(left, right, trace)


def _origins(node: ast.BinOp | ast.AugAssign, left: object, right: object, trace: Trace) -> Sequence[ast.Constant]:
    """Where the result comes from. Of a product or a quotient the smaller part is a factor, not an origin."""
    ours, theirs = origins_of(left), origins_of(right)
    if not isinstance(node.op, ast.Mult | ast.FloorDiv | ast.Div):
        return () if isinstance(node.op, ast.Mod) else (*ours, *theirs)
    factor, base = theirs, ours
    if (
        isinstance(node.op, ast.Mult)
        and isinstance(left, int | float)
        and isinstance(right, int | float)
        and left < right
    ):
        factor, base = ours, theirs
    for literal in factor:
        trace.factors[literal] = tuple(base)
    return base or factor


def compare(node: ast.Compare, values: Sequence[object]) -> object:
    """What a comparison comes to, as far as both sides are known."""
    if len(node.ops) != 1 or any(value is UNKNOWN or isinstance(value, Tensor) for value in values):
        return UNKNOWN
    first, second = values
    rule = _COMPARE.get(type(node.ops[0]))
    if rule is not None:
        return rule(first, second)
    order = _ORDER.get(type(node.ops[0]))
    if order is not None and isinstance(first, int | float) and isinstance(second, int | float):
        return order(first, second)
    if isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(second, tuple | list | dict | str):
        if isinstance(second, str) and not isinstance(first, str):
            return UNKNOWN
        return (first in second) == isinstance(node.ops[0], ast.In)
    return UNKNOWN


def truth(value: object) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if value is None or isinstance(value, int | float | str | tuple | list | dict):
        return bool(value)
    return True if isinstance(value, Layer | Instance) else None


def builtin(name: str, values: Sequence[object], trace: Trace) -> object:
    """The functions that need no import."""
    numbers = [value for value in values if isinstance(value, int | float)]
    all_numbers = len(numbers) == len(values) and bool(numbers)
    first = values[0] if values else None
    match name:
        case "max" | "min" if all_numbers:
            return (max if name == "max" else min)(numbers)
        case "int" | "round" | "abs" | "float" if all_numbers and abs(numbers[0]) < _LARGEST:
            return numbered(_CONVERSIONS[name](numbers[0]), origins_of(first))
        case "bool":
            return UNKNOWN if (known := truth(first)) is None else known
        case "range" if all_numbers and all(isinstance(number, int) for number in numbers):
            trace.mark(trace.depths, first if len(values) == 1 else values[1])
            span = range(*(int(number) for number in numbers[:3])) if 0 not in numbers[2:] else range(0)
            return list(span) if len(span) <= _ITEMS else UNKNOWN
        case "len" if isinstance(first, tuple | list | dict | str):
            return len(first)
        case "list" | "tuple" | "reversed" | "sorted":
            return _listed(name, values)
        case "enumerate" if isinstance(first, tuple | list):
            return list(enumerate(first))
        case "zip" if values and all(isinstance(value, tuple | list) for value in values):
            return list(zip(*(value for value in values if isinstance(value, tuple | list)), strict=False))
        case "sum" if isinstance(first, tuple | list) and all(isinstance(part, int | float) for part in first):
            return sum(first)
    return UNKNOWN


def _listed(name: str, values: Sequence[object]) -> object:
    if not values:
        return []
    first = values[0]
    if not isinstance(first, tuple | list) or name == "sorted":
        return UNKNOWN
    return tuple(first) if name == "tuple" else list(reversed(first)) if name == "reversed" else list(first)


def mathematics(name: str, values: Sequence[object]) -> object:
    """Functions of the module `math`."""
    rule = _MATH.get(name)
    if rule is None or not values or not all(isinstance(value, int | float) for value in values):
        return UNKNOWN
    try:
        return rule(*values)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        return UNKNOWN
