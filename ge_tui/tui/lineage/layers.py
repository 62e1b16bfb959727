"""A layered drawing of a small part of the family: order and height by barycentre sweeps. Pure."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 8
_RELAXINGS = 6

Edge = tuple[int, int]
"""A parent and its child."""


@dataclass(frozen=True, slots=True)
class _Bend:
    """Where an edge passes a layer that it does not end in."""

    edge: Edge
    layer: int


_Item = int | _Bend


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everyone stands, and by which points each edge goes."""

    layers: tuple[tuple[int, ...], ...]
    """The individuals of each layer, from the top."""
    heights: Mapping[int, int]
    """The line of each."""
    paths: Mapping[Edge, tuple[tuple[int, int], ...]]
    """Layer and line of each point of an edge: its parent, its bends, its child."""

    @property
    def height(self) -> int:
        """In lines."""
        lines = [line for path in self.paths.values() for _, line in path]
        return max([*self.heights.values(), *lines], default=-1) + 1


def arrange(layer_of: Mapping[int, int], edges: Iterable[Edge], gap: int = 1) -> Layout:
    """Lay out individuals in their layers, `gap` lines apart at least. An edge leads from a lower layer to a higher."""
    first = min(layer_of.values(), default=0)
    layers: list[list[_Item]] = [[] for _ in range(max(layer_of.values(), default=-1) - first + 1)]
    for number, layer in sorted(layer_of.items()):
        layers[layer - first].append(number)
    chains: dict[Edge, list[_Item]] = {}
    for parent, child in dict.fromkeys(edges):
        low, high = layer_of[parent] - first, layer_of[child] - first
        bends = [_Bend((parent, child), layer) for layer in range(low + 1, high)]
        for bend in bends:
            layers[bend.layer].append(bend)
        chains[parent, child] = [parent, *bends, child]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    ordered = _ordered(layers, links)
    lines = _lines(ordered, links, gap)
    return Layout(
        tuple(tuple(item for item in layer if isinstance(item, int)) for layer in ordered),
        {item: line for item, line in lines.items() if isinstance(item, int)},
        {
            edge: tuple((layer_of[edge[0]] - first + place, lines[item]) for place, item in enumerate(chain))
            for edge, chain in chains.items()
        },
    )


def crossings(layers: Sequence[Sequence[_Item]], links: Sequence[tuple[_Item, _Item]]) -> int:
    """How often edges between neighbouring layers cross."""
    place = {item: index for layer in layers for index, item in enumerate(layer)}
    layer_of = {item: number for number, layer in enumerate(layers) for item in layer}
    between: dict[int, list[tuple[int, int]]] = {}
    for left, right in links:
        between.setdefault(layer_of[left], []).append((place[left], place[right]))
    found = 0
    for pairs in between.values():
        seen: list[int] = []
        for _, right in sorted(pairs):
            found += len(seen) - bisect_right(seen, right)
            insort(seen, right)
    return found


def _ordered(layers: Sequence[Sequence[_Item]], links: Sequence[tuple[_Item, _Item]]) -> list[list[_Item]]:
    """The layers in an order with few crossings: each by the mean place of its neighbours, to and fro."""
    before, after = _neighbours(links)
    best = now = [list(layer) for layer in layers]
    fewest = crossings(now, links)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        now = [list(layer) for layer in now]
        for number in range(1, len(now)) if down else range(len(now) - 2, -1, -1):
            fixed = now[number - 1 if down else number + 1]
            now[number] = _by_neighbours(now[number], fixed, before if down else after)
        count = crossings(now, links)
        if count < fewest:
            best, fewest = now, count
    return best


def _by_neighbours(
    layer: Sequence[_Item], fixed: Sequence[_Item], neighbours: Mapping[_Item, Sequence[_Item]]
) -> list[_Item]:
    """A layer by the mean places of its neighbours in the one beside it."""
    at = {item: index for index, item in enumerate(fixed)}
    means = {item: _mean([at[other] for other in neighbours.get(item, ())], index) for index, item in enumerate(layer)}
    return sorted(layer, key=means.__getitem__)


def _lines(layers: Sequence[Sequence[_Item]], links: Sequence[tuple[_Item, _Item]], gap: int) -> dict[_Item, int]:
    """The line of everything: near the mean of its neighbours', in the order of its layer."""
    before, after = _neighbours(links)
    at: dict[_Item, float] = {}
    for layer in layers:
        at.update({item: gap * (index - (len(layer) - 1) / 2) for index, item in enumerate(layer)})
    for round_ in range(_RELAXINGS):
        for layer in layers if round_ % 2 == 0 else reversed(layers):
            wanted = [_mean([at[o] for o in (*before.get(item, ()), *after.get(item, ()))], at[item]) for item in layer]
            at.update(zip(layer, spread(wanted, gap), strict=True))
    lines = {
        item: line for layer in layers for item, line in zip(layer, _whole([at[i] for i in layer], gap), strict=True)
    }
    top = min(lines.values(), default=0)
    return {item: line - top for item, line in lines.items()}


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Places in the given order, `gap` apart at least, as near to those wanted as can be (pooling neighbours)."""
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        mean, size = place - index * gap, 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, size = (mean * size + other * more) / (size + more), size + more
        pools.append((mean, size))
    means = [mean for mean, size in pools for _ in range(size)]
    return [mean + index * gap for index, mean in enumerate(means)]


def _whole(places: Sequence[float], gap: int) -> list[int]:
    """The same on whole lines."""
    lines: list[int] = []
    for place in places:
        line = round(place)
        lines.append(line if not lines else max(line, lines[-1] + gap))
    return lines


def _neighbours(links: Iterable[tuple[_Item, _Item]]) -> tuple[dict[_Item, list[_Item]], dict[_Item, list[_Item]]]:
    before: dict[_Item, list[_Item]] = {}
    after: dict[_Item, list[_Item]] = {}
    for left, right in links:
        before.setdefault(right, []).append(left)
        after.setdefault(left, []).append(right)
    return before, after


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
