"""The order of the rows: filtered and sorted once, then kept so as individuals change."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ge_tui.tui.individuals.columns import SortKey
from ge_tui.tui.individuals.facts import Facts

_Key = tuple[int, float | str | tuple[int, ...], int]
"""Without a value or not, the value, the number: no two are equal, and all can be compared."""


@dataclass
class Order:
    """The numbers that are shown, in their order. Equal ones stand by number, whatever the direction."""

    key: Callable[[Facts], SortKey]
    falling: bool = False
    keep: Callable[[Facts], bool] = field(default=lambda _: True)
    _keys: list[_Key] = field(default_factory=list)
    _shown: dict[int, _Key] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, number: int) -> bool:
        return number in self._shown

    def number_at(self, index: int) -> int:
        """Who stands in a row. Raises IndexError."""
        return self._keys[index][2]

    def index_of(self, number: int) -> int | None:
        """Its row; None where it is not shown."""
        key = self._shown.get(number)
        return None if key is None else bisect_left(self._keys, key)

    @property
    def newest(self) -> int | None:
        """The highest number that is shown."""
        return max(self._shown, default=None)

    def rebuild(self, facts: Mapping[int, Facts]) -> None:
        """Filter and sort everything."""
        self._shown = {number: self._key(one) for number, one in facts.items() if self.keep(one)}
        self._keys = sorted(self._shown.values())

    def update(self, facts: Mapping[int, Facts], changed: Iterable[int]) -> bool:
        """Put changed individuals where they belong; whether any row moved, came or went."""
        moved = False
        for number in changed:
            one = facts[number]
            before, after = self._shown.get(number), self._key(one) if self.keep(one) else None
            if before == after:
                continue
            moved = True
            if before is not None:
                del self._keys[bisect_left(self._keys, before)]
                del self._shown[number]
            if after is not None:
                insort(self._keys, after)
                self._shown[number] = after
        return moved

    def _key(self, facts: Facts) -> _Key:
        value, number = self.key(facts), facts.one.number
        if value is None:
            return 1, 0, number
        if not self.falling:
            return 0, value, number
        if isinstance(value, str):
            return 0, (*(-ord(c) for c in value), 1), number  # the end of a text comes after its continuations
        return 0, -value, number
