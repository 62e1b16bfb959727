"""What a dry run leaves behind for the operators to read."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from ge_tui.llm.offline.shapes.values import Literal, Rate, Tensor, origins_of


@dataclass(slots=True)
class Site:
    """A call in the text, and what happened each time the dry run came by it."""

    node: ast.Call
    callee: object
    """What was called the first time: a Layer, an Instance, a ClassInfo, a Method or a Path."""
    callees: list[object] = field(default_factory=list)
    arguments: list[tuple[object, ...]] = field(default_factory=list)
    """The positional arguments."""
    inputs: list[object] = field(default_factory=list)
    """The first argument, or for a method the object itself."""
    results: list[object] = field(default_factory=list)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each result; empty where one of them is not known."""
        shapes = [result.shape for result in self.results if isinstance(result, Tensor)]
        return shapes if len(shapes) == len(self.results) else []

    @property
    def keeps_shape(self) -> bool:
        """Whether every time a tensor came out as it went in."""
        return keeps_shape(zip(self.inputs, self.results, strict=True))


def keeps_shape(uses: Iterable[tuple[object, object]]) -> bool:
    """Whether there are uses, and in each a tensor came out as it went in."""
    pairs = list(uses)
    return bool(pairs) and all(
        isinstance(before, Tensor) and isinstance(after, Tensor) and before.shape == after.shape
        for before, after in pairs
    )


@dataclass(slots=True)
class Trace:
    """A dry run: what was called, which literals mean what, and where shapes did not fit."""

    sites: dict[ast.Call, Site] = field(default_factory=dict)
    sums: dict[ast.BinOp, list[tuple[object, object]]] = field(default_factory=dict)
    """Operators between two values, with the values of each time."""
    output: object = None
    params: int = 0
    work: int = 0
    """Multiplications of one image, roughly."""
    problems: list[str] = field(default_factory=list)
    channels: dict[ast.Constant, None] = field(default_factory=dict)
    """Literals that reach a layer as its width."""
    kernels: dict[ast.Constant, None] = field(default_factory=dict)
    rates: dict[ast.Constant, None] = field(default_factory=dict)
    depths: dict[ast.Constant, None] = field(default_factory=dict)
    """Literals that say how often a loop goes round."""
    flags: dict[ast.Constant, None] = field(default_factory=dict)
    """True and False that decide what is built."""
    factors: dict[ast.Constant, tuple[ast.Constant, ...]] = field(default_factory=dict)
    """Literals that multiply or divide another number, with the literals that number comes from."""
    _tied: dict[ast.Constant, ast.Constant] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the shapes were followed to the end."""
        return isinstance(self.output, Tensor)

    def mark(self, kind: dict[ast.Constant, None], value: object) -> None:
        """Note the literals behind a value as being of a kind."""
        if isinstance(value, Literal | Rate):
            kind.update(dict.fromkeys(value.origins))
        elif isinstance(value, tuple | list):
            for part in value:
                self.mark(kind, part)

    def overwrite(self, value: object) -> None:
        """A value is changed in place; where the gradient needs it, training will fail."""
        if isinstance(value, Tensor) and value.kept:
            self.problems.append("a value that the gradient needs is overwritten")

    def tie(self, first: object, second: object) -> None:
        """Two dimensions that must be equal: the literals behind them can only change together."""
        if first is second:
            return
        ours, theirs = origins_of(first), origins_of(second)
        if len(ours) == 1 and len(theirs) == 1:
            root = self._tied.setdefault(self._root(ours[0]), self._root(ours[0]))
            self._tied[self._root(theirs[0])] = root

    def widths(self) -> list[list[ast.Constant]]:
        """The literals that are widths, in groups that change together, in the order of the dry run."""
        groups: dict[object, list[ast.Constant]] = {}
        for literal in dict.fromkeys([*self.channels, *self._tied]):
            key = self._root(literal) if self.is_complete else literal.value
            groups.setdefault(key, []).append(literal)
        return [group for group in groups.values() if any(literal in self.channels for literal in group)]

    def _root(self, literal: ast.Constant) -> ast.Constant:
        while (above := self._tied.get(literal, literal)) is not literal:
            literal = above
        return literal
