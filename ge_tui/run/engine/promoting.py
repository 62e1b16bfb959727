"""Who goes on to the next rung of fidelity, and who stays with the result it has.

Decisions follow from the order in which individuals were begun, never from the order in which trainings end:
what is decided of one waits for all before it. So nothing of it need be kept; a run that is resumed decides again,
and comes to the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ge_tui.run.controls import ControlBoard
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, Arm, IndividualRow, Status, Store
from ge_tui.run.store.records import FINAL
from ge_tui.search import Candidate, Objective, Rung


@dataclass(frozen=True, slots=True)
class Promotion:
    """An individual that is to be trained at a higher rung."""

    number: int
    level: int
    """Of the rung that it goes to; 0 is the lowest."""


@dataclass(slots=True)
class _Level:
    """A rung below the run's own, for the children of one generation."""

    rung: str
    standings: dict[Arm, Rung]
    """The baseline is measured by the baseline alone: evolution may not depend on it, nor it on evolution."""
    queue: deque[int] = field(default_factory=deque)
    """Who is or will be trained here and was not looked at yet, in the order of entry."""


class Promoting:
    """Promotes the children of one generation after the other."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        board: ControlBoard,
        objectives: Sequence[Objective],
        below: Sequence[str],
        living: Callable[[int], list[int]],
    ) -> None:
        """`below` are the rungs below the run's own, the lowest first; `living` is the population of a generation."""
        self._store = store
        self._pool = pool
        self._board = board
        self._objectives = objectives
        self._below = tuple(below)
        self._living = living
        self._generation = -1
        self._entered = -1
        """The highest number of those that entered the lowest rung."""
        self._levels: list[_Level] = []
        self._reached: dict[int, int] = {}
        """The level that each child was promoted to."""

    def due(self, generation: int) -> list[Promotion]:
        """Who is promoted by what is known now and has no result there yet; each is named once."""
        if not self._below:
            return []
        if generation != self._generation:
            self._begin(generation)
        self._enter()
        promoted = [promotion for level in range(len(self._levels)) for promotion in self._decide(level)]
        return [promotion for promotion in promoted if self._is_to_be_trained(promotion)]

    def settled(self, generation: int) -> Iterator[tuple[int, str, str]]:
        """Once all children are begun and everything due is trained: who stays below, at which rung, and why."""
        if self.due(generation) or any(level.queue for level in self._levels):
            return
        for row in self._store.individuals("generation = ? AND status = ?", (generation, Status.WAITING)):
            at = self._reached.get(row.number, 0)
            if at == len(self._levels) or self._pool.below(self._below[at], row.number) is None:
                continue
            place = self._levels[at].standings[row.arm].place(row.number)
            among = f"place {place[0]} of {place[1]}" if place else "not all of its objectives were measured"
            yield row.number, self._below[at], f"not promoted from {self._below[at]}: {among}"

    def _begin(self, generation: int) -> None:
        self._generation, self._entered, self._reached = generation, -1, {}
        living = self._living(generation - 1) if generation else [SEED]
        baseline = sorted(number for number in self._store.baseline() if number < self._first_of(generation))
        self._levels = [
            _Level(
                rung,
                {
                    Arm.EVOLUTION: Rung(self._results(rung, living), self._objectives),
                    Arm.BASELINE: Rung(self._results(rung, [SEED, *baseline]), self._objectives),
                },
            )
            for rung in self._below
        ]

    def _first_of(self, generation: int) -> int:
        return self._store.count_before(generation)

    def _results(self, rung: str, numbers: Sequence[int]) -> list[Candidate]:
        return [found for number in numbers if (found := self._pool.below(rung, number)) is not None]

    def _enter(self) -> None:
        """Let those in that were begun since, up to the first of which it is not known whether it will be trained."""
        rows = self._store.individuals("generation = ? AND number > ? AND slot >= 0", (self._generation, self._entered))
        for row in rows:
            if not self._has_ended(row, 0):
                return
            self._levels[0].queue.append(row.number)
            self._entered = row.number

    def _decide(self, level: int) -> Iterator[Promotion]:
        """Look at those whose turn it is at a rung; whom that promotes."""
        here = self._levels[level]
        while here.queue:
            row = self._store.individual(here.queue[0])
            if row is None or not self._has_ended(row, level):
                return
            here.queue.popleft()
            candidate = self._pool.below(here.rung, row.number)
            if candidate is None:
                continue
            part = self._board.value_at("promoted_part", row.control_seq)
            for number in here.standings[row.arm].arrive(candidate, part):
                self._reached[number] = level + 1
                if level + 1 < len(self._levels):
                    self._levels[level + 1].queue.append(number)
                yield Promotion(number, level + 1)

    def _has_ended(self, row: IndividualRow, level: int) -> bool:
        """Whether it is known what an individual measured at a rung, or that it never will measure anything there."""
        return row.status in FINAL or self._pool.below(self._below[level], row.number) is not None

    def _is_to_be_trained(self, promotion: Promotion) -> bool:
        row = self._store.individual(promotion.number)
        if row is None or row.status in FINAL:
            return False
        at_top = promotion.level == len(self._below)
        return at_top or self._pool.below(self._below[promotion.level], promotion.number) is None
