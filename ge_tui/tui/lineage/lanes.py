"""Lanes for a list of individuals, children above their parents, as `git log --graph` has them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Lane(NamedTuple):
    """A line on its way down to a parent."""

    parent: int
    main: bool
    """Whether it is part of the main line."""


Lanes = tuple[Lane | None, ...]
"""Those at the border between two rows, from the left; None: free."""


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One row: who stands on it, and the lanes that come from above and go on below."""

    number: int
    lane: int
    above: Lanes
    below: Lanes
    leaving: tuple[int, ...]
    """The lanes that lead to its parents, in their order."""

    @property
    def arriving(self) -> tuple[int, ...]:
        """The lanes from above that end here."""
        return tuple(place for place, lane in enumerate(self.above) if lane is not None and lane.parent == self.number)

    @property
    def width(self) -> int:
        """In lanes."""
        return max(len(self.above), len(self.below), self.lane + 1)


def assign(
    numbers: Sequence[int], parents: Mapping[int, Sequence[int]], main: Collection[int] = ()
) -> tuple[LaneRow, ...]:
    """Give every individual and every line to a parent a lane.

    `numbers` has children before their parents; parents that are not among them are left out. The lane of the main
    line stays where it is; other lines join the one that already leads to their parent.
    """
    known = set(numbers)
    lanes: list[Lane | None] = []
    rows: list[LaneRow] = []
    for number in numbers:
        above = tuple(lanes)
        arriving = [place for place, lane in enumerate(lanes) if lane is not None and lane.parent == number]
        own = min(arriving, key=lambda place: (not _is_main(lanes[place]), place), default=_free(lanes))
        for place in arriving:
            lanes[place] = None
        leaving = []
        for parent in dict.fromkeys(parents.get(number, ())):
            if parent in known:
                first = parent == parents[number][0]
                leaving.append(_leave(lanes, own, Lane(parent, first and number in main and parent in main)))
        while lanes and lanes[-1] is None:
            lanes.pop()
        rows.append(LaneRow(number, own, above, tuple(lanes), tuple(leaving)))
    return tuple(rows)


def _leave(lanes: list[Lane | None], own: int, wanted: Lane) -> int:
    """The lane in which a line leaves: one that leads there already, the individual's own, or the first free one."""
    if not wanted.main:
        for place, lane in enumerate(lanes):
            if lane is not None and lane.parent == wanted.parent:
                return place
    place = own if own >= len(lanes) or lanes[own] is None else _free(lanes)
    lanes += [None] * (place + 1 - len(lanes))
    lanes[place] = wanted
    return place


def _free(lanes: Sequence[Lane | None]) -> int:
    return next((place for place, lane in enumerate(lanes) if lane is None), len(lanes))


def _is_main(lane: Lane | None) -> bool:
    return lane is not None and lane.main
