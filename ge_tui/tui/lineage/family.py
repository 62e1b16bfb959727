"""The family as a graph: kept up as the run goes on, and asked. It lives in a thread of its own, off the screen's.

networkx answers for kinship; it is imported when it is first asked, which takes a third of a second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING

from ge_tui.tui.individuals.facts import FactBook, Facts
from ge_tui.tui.individuals.query import Node, matcher
from ge_tui.tui.individuals.signs import Sign
from ge_tui.tui.lineage.signs import NOBODY, Kin, is_alive
from ge_tui.tui.watch import RunModel

if TYPE_CHECKING:
    from networkx import DiGraph

_SortKey = tuple[int, bool, bool, float, int]
_LAST = {Sign.FAILED: 3, Sign.REJECTED: 3, Sign.TRAINING: 1, Sign.WAITING: 2, Sign.PROPOSING: 2}


class Ancestry(Enum):
    """Whose rows the lanes show; the value says it in words."""

    ANCESTORS = "ancestors"
    MAIN_LINE = "main line"
    FRONT = "front and its ancestors"


class Family:
    """Everyone of a run, with parents and children."""

    def __init__(self) -> None:
        self._book = FactBook()
        self._objective = ""
        self._falling = True
        self._parents: dict[int, tuple[int, ...]] = {}
        self._children: dict[int, list[int]] = {}
        self._generations: dict[int, dict[int, _SortKey]] = {}
        self._columns: dict[int, tuple[int, ...]] = {}
        self._living: frozenset[int] | None = None
        self._graph: DiGraph[int] | None = None
        self._dead: dict[int, frozenset[int]] = {}

    # -- keeping up --------------------------------------------------------------------------------------

    @property
    def facts(self) -> dict[int, Facts]:
        """Of everyone, by number."""
        return self._book.facts

    def update(self, model: RunModel, numbers: Iterable[int]) -> bool:
        """Take in individuals that are new or changed; whether anything is other than before."""
        objective = model.objectives[0] if model.objectives else None
        name, falling = (objective.name, objective.direction == "max") if objective else ("", True)
        if (name, falling) != (self._objective, self._falling):
            self._objective, self._falling = name, falling
            numbers = {*numbers, *self.facts}
        changed = self._book.update(model, numbers)
        if not changed:
            return False
        for number in changed:
            self._place(number)
        self._living = None
        self._dead.clear()
        return True

    def _place(self, number: int) -> None:
        facts = self.facts[number]
        generation = facts.one.generation
        self._generations.setdefault(generation, {})[number] = self._key(facts)
        self._columns.pop(generation, None)
        parents = tuple(dict.fromkeys(parent for parent in facts.one.parents if parent != number))
        before = self._parents.get(number, ())
        if parents != before or number not in self._parents:
            self._parents[number] = parents
            for parent in set(before) - set(parents):
                self._children[parent].remove(number)
            for parent in set(parents) - set(before):
                self._children.setdefault(parent, []).append(number)
            self._join(number, before, parents)

    def _join(self, number: int, before: tuple[int, ...], parents: tuple[int, ...]) -> None:
        if self._graph is not None:
            self._graph.add_node(number)
            self._graph.remove_edges_from((parent, number) for parent in set(before) - set(parents))
            self._graph.add_edges_from((parent, number) for parent in parents)

    def _key(self, facts: Facts) -> _SortKey:
        """The front first, then those that are kept, then the best by the first objective; failures last."""
        value = facts.metric(self._objective)
        if value is None or not isfinite(value):
            value = float("inf")
        elif self._falling:
            value = -value
        one = facts.one
        return _LAST.get(facts.sign, 0), not one.front, not one.elite, value, one.number

    # -- asking ------------------------------------------------------------------------------------------

    @property
    def graph(self) -> DiGraph[int]:
        """Edges go from parents to children."""
        if self._graph is None:
            import networkx as nx  # noqa: PLC0415  (takes too long for the start of the app)

            self._graph = nx.DiGraph()
            self._graph.add_nodes_from(self._parents)
            self._graph.add_edges_from((parent, number) for number, all_ in self._parents.items() for parent in all_)
        return self._graph

    def parents(self, number: int) -> tuple[int, ...]:
        """Those that are known, the one whose text was changed first."""
        return tuple(parent for parent in self._parents.get(number, ()) if parent in self.facts)

    def children(self, number: int) -> list[int]:
        """Those it is a parent of."""
        return self._children.get(number, [])

    def columns(self) -> list[tuple[int, tuple[int, ...]]]:
        """Each generation with its individuals, the best first."""
        for generation, keys in self._generations.items():
            if generation not in self._columns:
                self._columns[generation] = tuple(sorted(keys, key=keys.__getitem__))
        return [(generation, self._columns[generation]) for generation in sorted(self._columns)]

    @property
    def living(self) -> frozenset[int]:
        """Those that are alive, and all from which one of them descends."""
        if self._living is None:
            todo = [number for number, facts in self.facts.items() if is_alive(facts)]
            found = set(todo)
            for number in todo:  # which grows by its parents
                new = [parent for parent in self.parents(number) if parent not in found]
                found.update(new)
                todo += new
            self._living = frozenset(found)
        return self._living

    def dead_below(self, number: int) -> frozenset[int]:
        """Its descendants on lines that have died out."""
        if number not in self._dead:
            living = self.living
            found: set[int] = set()
            todo = [number]
            for one in todo:  # which grows by its children
                new = [child for child in self.children(one) if child not in living and child not in found]
                found.update(new)
                todo += new
            self._dead[number] = frozenset(found)
        return self._dead[number]

    def main_line(self, number: int) -> tuple[int, ...]:
        """The individual, its first parent, and so on to the root."""
        line = [number]
        while (parents := self.parents(line[-1])) and parents[0] not in line:
            line.append(parents[0])
        return tuple(line)

    def kin(self, number: int | None) -> Kin:
        """What everyone is to an individual."""
        if number is None or number not in self.facts:
            return NOBODY
        import networkx as nx  # noqa: PLC0415  (see `graph`)

        ancestors, descendants = nx.ancestors(self.graph, number), nx.descendants(self.graph, number)
        return Kin(number, self.main_line(number), frozenset(ancestors & self.facts.keys()), frozenset(descendants))

    def matching(self, node: Node) -> frozenset[int]:
        """Those that a filter means."""
        keeps = matcher(node)
        return frozenset(number for number, facts in self.facts.items() if keeps(facts))

    def shown(self, kin: Kin, *, collapsed: bool, turned: Collection[int]) -> frozenset[int]:
        """Everyone but those who are collapsed: all dead lines but those below `turned`, or only those.

        The selected one and its ancestors always are.
        """
        below = frozenset[int]().union(*(self.dead_below(number) for number in turned))
        rest = self.living | below if collapsed else self.facts.keys() - below
        own = () if kin.number is None else (kin.number,)
        return frozenset(rest).union(own, kin.line, kin.ancestors)

    def rows(self, ancestry: Ancestry, kin: Kin, turned: Collection[int]) -> list[int]:
        """The rows of the lanes, children before their parents, the newest first."""
        import networkx as nx  # noqa: PLC0415  (see `graph`)

        who = set(kin.line)
        if ancestry is not Ancestry.MAIN_LINE:
            who |= kin.ancestors
        if ancestry is Ancestry.FRONT:
            front = {number for number, facts in self.facts.items() if facts.one.front}
            who |= front.union(*(nx.ancestors(self.graph, number) for number in front))
        for number in turned:
            if number in who:
                who |= self.dead_below(number)
        part = self.graph.subgraph(who & self.facts.keys()).reverse(copy=False)
        return list(nx.lexicographical_topological_sort(part, key=lambda number: -number))

    def around(self, kin: Kin, hops: int, shown: Collection[int], most: int) -> tuple[list[int], int]:
        """The selected one with the ancestors and descendants so many steps away, then its siblings while there is
        room; the nearest first. And how many were left out for want of room.
        """
        if kin.number is None:
            return [], 0
        import networkx as nx  # noqa: PLC0415  (see `graph`)

        steps: dict[int, float] = {}
        for graph in (self.graph, self.graph.reverse(copy=False)):
            steps |= nx.single_source_shortest_path_length(graph, kin.number, cutoff=hops)
        for parent in self.parents(kin.number) if hops else ():
            for child in self.children(parent):
                steps.setdefault(child, hops + 0.5)
        line = set(kin.line)
        near = [number for number in steps if number in shown]
        near.sort(key=lambda number: (steps[number], number not in line, number not in self.living, number))
        return near[:most], max(0, len(near) - most)

    def layers(self, numbers: Collection[int]) -> dict[int, int]:
        """The layer of each: by the longest path that leads to it, and never further from its children than needed."""
        import networkx as nx  # noqa: PLC0415  (see `graph`)

        part = self.graph.subgraph(numbers)
        found: dict[int, int] = {}
        for layer, several in enumerate(nx.topological_generations(part)):
            found.update(dict.fromkeys(several, layer))
        for number in numbers:
            below = [found[child] for child in part.successors(number)]
            if below and not part.in_degree(number):
                found[number] = min(below) - 1
        return found
