"""From one individual to its relatives. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import isnan

from ge_tui.tui.watch import Individual, RunModel


class Kinship:
    """Who is whose child, kept up as the run goes on."""

    def __init__(self) -> None:
        self._children: dict[int, list[int]] = {}
        self._parents: dict[int, tuple[int, ...]] = {}

    def update(self, individuals: Mapping[int, Individual], numbers: Iterable[int]) -> None:
        """Take in individuals that are new or changed."""
        for number in numbers:
            parents = individuals[number].parents if number in individuals else ()
            before = self._parents.get(number, ())
            if parents != before:
                self._parents[number] = parents
                for parent in set(before) - set(parents):
                    self._children[parent].remove(number)
                for parent in set(parents) - set(before):
                    self._children.setdefault(parent, []).append(number)

    def parent(self, number: int) -> int | None:
        """The first parent: whose text was changed."""
        return next(iter(self._parents.get(number, ())), None)

    def children(self, number: int) -> Sequence[int]:
        """Those it is a parent of."""
        return self._children.get(number, ())

    def line(self, number: int) -> list[int]:
        """The individual, its first parent, and so on to the root."""
        line = [number]
        while (parent := self.parent(line[-1])) is not None and parent not in line:
            line.append(parent)
        return line

    def child(
        self,
        number: int,
        preferred: Sequence[Collection[int]],
        merit: Callable[[int], float],
        shown: Callable[[int], bool],
    ) -> int | None:
        """The child of the first of the preferred groups that has one; of several, the best."""
        children = [child for child in self.children(number) if shown(child)]
        for group in preferred:
            if among := [child for child in children if child in group]:
                return max(among, key=merit)
        return max(children, key=merit, default=None)

    def sibling(self, number: int) -> int | None:
        """The next child of its first parent; after the last the first."""
        parent = self.parent(number)
        if parent is None:
            return None
        siblings = sorted(self.children(parent))
        following = siblings[(siblings.index(number) + 1) % len(siblings)]
        return None if following == number else following

    def dead_below(self, number: int, living: Collection[int]) -> int:
        """How many descend from it on lines that have died out."""
        found: set[int] = set()
        todo = [number]
        for one in todo:  # which grows by its children
            new = [child for child in self.children(one) if child not in living and child not in found]
            found.update(new)
            todo += new
        return len(found)

    def along(self, number: int, end: int, step: int) -> int:
        """On the main line of `end`: the next towards it, or towards the root; first the nearest that is on it."""
        line = self.line(end)
        own = next((one for one in self.line(number) if one in line), line[-1])
        if own != number:
            return own
        return line[min(max(line.index(own) - step, 0), len(line) - 1)]


def merit(model: RunModel) -> Callable[[int], float]:
    """How good an individual is by the first objective; of those that were not measured, the newer is the better."""
    objective = model.objectives[0] if model.objectives else None

    def of(number: int) -> float:
        one = model.individuals.get(number)
        value = model.original(one).metrics.get(objective.name) if one is not None and objective is not None else None
        if value is None or isnan(value):
            return -1e300
        return value if objective is not None and objective.direction == "max" else -value

    return of


def next_in(ordered: Sequence[int], number: int | None, step: int) -> int | None:
    """The next in a round of individuals, or the one before; the first where one is not among them."""
    if not ordered:
        return None
    if number not in ordered:
        return ordered[0 if step > 0 else -1]
    return ordered[(ordered.index(number) + step) % len(ordered)]
