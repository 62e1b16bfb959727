"""Which layers of two networks belong together. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ge_tui.evaluation.report import ModuleShape


@dataclass(frozen=True, slots=True)
class Layer:
    """A module at its place in the network."""

    module: ModuleShape
    depth: int
    """How many modules it lies in."""
    name: str
    """Its path, without that of the module it lies in."""
    leaf: bool
    """Whether nothing lies in it."""


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer on both sides; on one side only where it is new or gone."""

    old: Layer | None
    new: Layer | None

    @property
    def changed(self) -> bool:
        return self.old is None or self.new is None or _looks(self.old) != _looks(self.new)


def as_tree(modules: Sequence[ModuleShape]) -> list[Layer]:
    """Modules in the order of the forward pass, each in front of those that lie in it.

    The trace notes a module when it is done, so after its parts; the whole network is its last.
    """
    trees: list[_Tree] = []
    for index, module in enumerate(modules):
        whole = index == len(modules) - 1 and module.path == module.kind
        first = 0 if whole else len(trees)
        while first and trees[first - 1].module.path.startswith(f"{module.path}."):
            first -= 1
        trees[first:] = [_Tree(module, trees[first:])]
    return [layer for tree in trees for layer in tree.walk(0, "")]


@dataclass(frozen=True, slots=True)
class _Tree:
    module: ModuleShape
    parts: list[_Tree]

    def walk(self, depth: int, inside: str) -> Iterator[Layer]:
        path = self.module.path
        yield Layer(self.module, depth, path.removeprefix(f"{inside}.") if inside else path, not self.parts)
        for part in self.parts:
            yield from part.walk(depth + 1, path)


def align_layers(old: Sequence[Layer], new: Sequence[Layer]) -> list[LayerPair]:
    """Layers of the same type and path together; in between those of the same path."""
    pairs: list[LayerPair] = []
    for tag, a, b, c, d in _codes([_identity(x) for x in old], [_identity(x) for x in new]):
        if tag == "equal":
            pairs += [LayerPair(one, other) for one, other in zip(old[a:b], new[c:d], strict=True)]
            continue
        before, after = old[a:b], new[c:d]
        for inner, e, f, g, h in _codes([x.module.path for x in before], [x.module.path for x in after]):
            if inner == "equal":
                pairs += [LayerPair(one, other) for one, other in zip(before[e:f], after[g:h], strict=True)]
            else:
                pairs += [LayerPair(one, None) for one in before[e:f]]
                pairs += [LayerPair(None, other) for other in after[g:h]]
    return pairs


def total(layers: Iterable[Layer]) -> tuple[int, int]:
    """Layers that hold no others, and all parameters; one that is used twice counts once."""
    modules = {layer.module.path: layer for layer in layers}
    return sum(layer.leaf for layer in modules.values()), sum(layer.module.params for layer in modules.values())


def _codes(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[str, int, int, int, int]]:
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _identity(layer: Layer) -> tuple[str, str]:
    return layer.module.kind, layer.module.path


def _looks(layer: Layer) -> tuple[str, tuple[int, ...], int]:
    return layer.module.kind, layer.module.shape, layer.module.params
