"""Following a network through its source text, from construction to output, with shapes instead of numbers.

The text is never executed: its syntax tree is walked, values that matter for shapes are worked out, and all
else is UNKNOWN. Loops, depth and steps are bounded, so that no genome can hold the search up.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Final

from ge_tui.llm.offline.anatomy import Anatomy, ClassInfo
from ge_tui.llm.offline.shapes import layers
from ge_tui.llm.offline.shapes.expressions import TooLongError
from ge_tui.llm.offline.shapes.functions import function
from ge_tui.llm.offline.shapes.names import Scope
from ge_tui.llm.offline.shapes.numbers import builtin, mathematics
from ge_tui.llm.offline.shapes.statements import GOES_ON, Statements
from ge_tui.llm.offline.shapes.trace import Site, Trace
from ge_tui.llm.offline.shapes.values import (
    UNKNOWN,
    Builtin,
    Function,
    Instance,
    Layer,
    Method,
    Parent,
    Path,
    Tensor,
)

IMAGES: Final = 5
CLASSES: Final = 10
COLOURS: Final = 3
_DEPTH = 24


def dry_run(anatomy: Anatomy, network: str, size: tuple[int, int]) -> Trace:
    """Build `network(classes, channels)` and pass it images of `size`, all on the syntax tree.

    Never fails. What could not be followed leaves `Trace.output` unknown; shapes that do not fit are listed
    in `Trace.problems`.
    """
    runner = _Runner(anatomy)
    try:
        target = runner.global_name(network)
        model = runner.call(target, [CLASSES, COLOURS], {})
        runner.trace.output = runner.call(model, [Tensor((IMAGES, COLOURS, *size))], {})
    except (TooLongError, RecursionError):
        runner.trace.output = UNKNOWN
    return runner.trace


class _Runner(Statements):
    """Calls; statements and expressions are in the base classes."""

    def __init__(self, anatomy: Anatomy) -> None:
        super().__init__(anatomy, Trace())
        self._depth = 0

    def call(self, callee: object, values: Sequence[object], named: Mapping[str, object]) -> object:
        match callee:
            case Layer() | Instance():
                return self._apply(callee, values, named)
            case ClassInfo():
                return self._construct(callee, values, named)
            case Function(node, owner):
                return self._run(node, owner, values, named)
            case Path(name):
                return self._call_path(name, callee.last, values, named)
            case Method(owner, name):
                return self._call_method(owner, name, values, named)
            case Builtin(name):
                return builtin(name, values, self.trace)
        return UNKNOWN

    def _apply(self, module: Layer | Instance, values: Sequence[object], named: Mapping[str, object]) -> object:
        """Call a module on its input."""
        value = values[0] if values else UNKNOWN
        result: object = UNKNOWN
        if isinstance(module, Instance):
            forward = self.method(module.info, "forward")
            if forward is not None:
                result = self._run(forward, module, values, named)
            elif module.children:
                result = self._chain(module.children, value)
        elif module.kind == "Sequential":
            result = self._chain(module.children, value)
        elif isinstance(value, Tensor) and value.shape:
            result = layers.forward(module, value, self.trace)
        module.uses.append((value, result))
        return result

    def _chain(self, modules: Sequence[object], value: object) -> object:
        for module in modules:
            value = self.call(module, [value], {})
        return value

    def _construct(self, info: ClassInfo, values: Sequence[object], named: Mapping[str, object]) -> object:
        instance = Instance(info, {})
        before = self.trace.params
        init = self.method(info, "__init__")
        if init is not None:
            self._run(init, instance, values, named)
        elif self.extends(info, "Sequential"):
            instance.children = list(values)
        instance.params = self.trace.params - before
        return instance

    def _run(
        self,
        node: ast.FunctionDef,
        owner: Instance | None,
        values: Sequence[object],
        named: Mapping[str, object],
    ) -> object:
        if self._depth >= _DEPTH:
            raise TooLongError
        scope = Scope(self._bound(node, owner, values, named), owner, self.anatomy.owners.get(node))
        self._depth += 1
        try:
            result = self.execute(node.body, scope)
        finally:
            self._depth -= 1
        return None if result is GOES_ON else result

    def _bound(
        self,
        node: ast.FunctionDef,
        owner: Instance | None,
        values: Sequence[object],
        named: Mapping[str, object],
    ) -> dict[str, object]:
        """Arguments by name; ones that are missing or too many are a problem of the network."""
        spec = node.args
        names = [argument.arg for argument in (*spec.posonlyargs, *spec.args)]
        static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in node.decorator_list)
        given = [owner, *values] if owner is not None and not static else list(values)
        bound: dict[str, object] = {}
        defaults = [*zip(reversed(names), reversed(spec.defaults), strict=False)]
        defaults += [(a.arg, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None]
        bound.update(zip(names, given, strict=False))
        rest = [*names[len(given) :], *(argument.arg for argument in spec.kwonlyargs)]
        bound |= {name: value for name, value in named.items() if name in rest}
        for name, default in defaults:
            if name not in bound:
                bound[name] = self.evaluate(default, Scope({}, None, None))
        strange = [name for name in named if name not in rest and spec.kwarg is None]
        missing = [name for name in rest if name not in bound]
        if strange or missing or (len(given) > len(names) and spec.vararg is None):
            self.trace.problems.append(f"{node.name}() is called with other arguments than it takes")
        bound |= dict.fromkeys(missing, UNKNOWN)
        if spec.vararg is not None:
            bound[spec.vararg.arg] = tuple(given[len(names) :])
        if spec.kwarg is not None:
            bound[spec.kwarg.arg] = {name: value for name, value in named.items() if name not in rest}
        return bound

    def _call_path(self, path: str, last: str, values: Sequence[object], named: Mapping[str, object]) -> object:
        if path == f"math.{last}":
            return mathematics(last, values)
        if path == "torch.nn.Parameter" and values and isinstance(values[0], Tensor):
            size = 1
            for length in values[0].shape:
                size *= length
            self.trace.params += size
            return values[0]
        if path == f"torch.nn.{last}" and last[:1].isupper():
            if last == "ModuleList":
                return list(values[0]) if values and isinstance(values[0], tuple | list) else []
            layer = layers.build(last, values, named, self.trace)
            if last == "Sequential":
                layer.children = list(values)
            return layer
        if path in (f"torch.{last}", f"torch.nn.functional.{last}"):
            if "dropout" in last:
                self.trace.mark(self.trace.rates, values[1] if len(values) > 1 else named.get("p"))
            return function(last, values, named, self.trace)
        return UNKNOWN

    def _call_method(self, owner: object, name: str, values: Sequence[object], named: Mapping[str, object]) -> object:
        if isinstance(owner, Tensor):
            return function(name, [owner, *values], named, self.trace)
        if isinstance(owner, Parent):
            if name == "__init__" and self.extends(owner.info, "Sequential"):
                owner.instance.children = list(values)
            return None
        if isinstance(owner, list) and name in ("append", "extend", "insert"):
            added = values[-1] if values else UNKNOWN
            owner.extend(added if name == "extend" and isinstance(added, tuple | list) else [added])
            if len(owner) > 1000:
                raise TooLongError
            return None
        if isinstance(owner, Instance) and values and name in ("add_module", "register_module"):
            owner.is_open = True
        if isinstance(owner, Instance) and values and isinstance(values[0], str):
            owner.attributes[values[0]] = values[1] if len(values) > 1 else UNKNOWN
            return None
        if isinstance(owner, Layer) and name == "forward":
            return self._apply(owner, values, named)
        return UNKNOWN

    def record(self, node: ast.Call, callee: object, values: Sequence[object], result: object) -> None:
        """Remember a call for the operators."""
        if isinstance(callee, Method):
            source: object = callee.owner
        else:
            source = values[0] if values else None
        site = self.trace.sites.get(node)
        if site is None:
            site = self.trace.sites[node] = Site(node, callee)
        site.callees.append(callee)
        site.arguments.append(tuple(values))
        site.inputs.append(source)
        site.results.append(result)
