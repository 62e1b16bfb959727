"""The non-dominated set over a whole run, kept as candidates arrive."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import le

from ge_tui.search.objectives import Candidate, Key, Objective, is_comparable, keys


class Archive:
    """A Pareto archive: always the front of everything ever added, of exact copies the first that came.

    Nothing depends on the order of arrival but which of several exact copies stands for them.
    """

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self._objectives = tuple(objectives)
        self._keys: list[tuple[Key, ...]] = []
        self._members: list[Candidate] = []

    @property
    def members(self) -> tuple[Candidate, ...]:
        """From the best to the worst in the first objective."""
        return tuple(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self.members)

    def add(self, candidate: Candidate) -> bool:
        """Let a candidate in, and those it dominates out; whether it entered.

        Not let in: what a member dominates, an exact copy of a member, and what is not comparable.
        """
        if not is_comparable(candidate, self._objectives):
            return False
        key = keys(candidate, self._objectives)
        # Sorted by key: only those before the place can dominate it, only those after can be dominated by it.
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            return False
        if any(_no_worse(self._keys[i], key) for i in range(place - 1, -1, -1)):
            return False
        kept = [i for i in range(place, len(self._keys)) if not _no_worse(key, self._keys[i])]
        self._members[place:] = [candidate, *(self._members[i] for i in kept)]
        self._keys[place:] = [key, *(self._keys[i] for i in kept)]
        return True


def _no_worse(a: tuple[Key, ...], b: tuple[Key, ...]) -> bool:
    return all(map(le, a, b))
