"""What followed a change of a control. Pure.

A change holds until the next one of the same key. What was made meanwhile was made under it: each individual is on
record with the newest change that was in force when its slot was taken. Under it is not because of it: other controls
changed too, and later children have better parents.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from ge_tui.run.acts.words import what_was_done
from ge_tui.run.store import SEED, ControlRow, GenerationRow, Status
from ge_tui.run.store.acts import ActRow, ActState
from ge_tui.search import Candidate, Growth, Objective, dominates


class Individual(Protocol):
    """What is asked of an individual here; a row of the store with its metrics will do."""

    @property
    def number(self) -> int: ...
    @property
    def parents(self) -> tuple[int, ...]: ...
    @property
    def status(self) -> Status: ...
    @property
    def metrics(self) -> Mapping[str, float]: ...


@dataclass(frozen=True, slots=True)
class Made:
    """Under which change an individual was made."""

    number: int
    control: int
    """The newest change in force then."""
    evolved: bool
    """Not one of the baseline, which knows of no change."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of some individuals."""

    made: int = 0
    ended: int = 0
    """Of those made: it is known what became of them."""
    valid: int = 0
    """Trained to the end."""
    improved: int = 0
    """Measured, and not dominated by the parent."""
    gain: float = 0.0
    """Hypervolume they added to the front, in the order of their numbers."""

    def minus(self, other: Figures) -> Figures:
        """These without some of them."""
        return Figures(
            self.made - other.made,
            self.ended - other.ended,
            self.valid - other.valid,
            self.improved - other.improved,
            self.gain - other.gain,
        )

    def plus(self, other: Figures) -> Figures:
        """These and others together."""
        return Figures(
            self.made + other.made,
            self.ended + other.ended,
            self.valid + other.valid,
            self.improved + other.improved,
            self.gain + other.gain,
        )


@dataclass(frozen=True, slots=True)
class Followed:
    """A change and what followed it."""

    row: ControlRow
    generation: int
    """The one that was open, or the last before."""
    until: ControlRow | None
    """The next change of the same key; None: still in force."""
    others: int
    """Changes of other controls that came into force for the same children."""
    positions: range
    """Where, in the order of `Account.numbers`, those made under it stand."""
    figures: Figures
    before: Figures | None
    """Of the change of the same key before; None: there is none."""


ACT = "individual #"
"""What stands for the control's name where the user did something with an individual."""
LAUNCH = "launch"
"""The actor of the values that a run began with."""
_ENDED = frozenset({Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED})


class Account:
    """Sums over a run's children, so that those of any stretch are one subtraction."""

    def __init__(
        self, individuals: Mapping[int, Individual], made: Iterable[Made], objectives: Sequence[Objective]
    ) -> None:
        children = sorted((one for one in made if one.evolved), key=lambda one: one.number)
        self.numbers = [one.number for one in children if one.number in individuals and individuals[one.number].parents]
        control = {one.number: one.control for one in children}
        self._controls = list(accumulate((control[number] for number in self.numbers), max))
        fates = _fates(individuals, self.numbers, objectives)
        self._sums = list(accumulate(fates, Figures.plus, initial=Figures()))

    def stretch(self, first: int, end: int | None) -> range:
        """Those made from one change on and before another, as positions in `numbers`."""
        start = bisect_left(self._controls, first)
        return range(start, len(self._controls) if end is None else bisect_left(self._controls, end))

    def figures(self, positions: range) -> Figures:
        """What became of those at some positions."""
        return self._sums[positions.stop].minus(self._sums[positions.start]) if positions else Figures()


def follow(rows: Sequence[ControlRow], generations: Sequence[GenerationRow], account: Account) -> list[Followed]:
    """Every change with what followed it, the oldest first."""
    ends = _ends(rows)
    stretches = [account.stretch(row.seq, None if (end := ends[row.seq]) is None else rows[end].seq) for row in rows]
    starts = [positions.start for positions in stretches]
    changes = list(accumulate((row.actor != LAUNCH for row in rows), initial=0))
    opened = [row.opened_at for row in generations]
    earlier: dict[str, Figures] = {}
    found: list[Followed] = []
    for row, positions in zip(rows, stretches, strict=True):
        end = ends[row.seq]
        # Changes before the first child count too: they came into force for the same ones.
        together = bisect_left(starts, positions.start)
        others = changes[len(rows) if end is None else end] - changes[together] - (row.actor != LAUNCH)
        figures = account.figures(positions)
        open_one = max(bisect_right(opened, row.at) - 1, 0)
        generation = generations[open_one].number if generations else 0
        until = None if end is None else rows[end]
        found.append(Followed(row, generation, until, others, positions, figures, earlier.get(row.key)))
        earlier[row.key] = figures
    return found


def follow_acts(acts: Sequence[ActRow], generations: Sequence[GenerationRow], account: Account) -> list[Followed]:
    """What the user did with individuals, as changes that one child follows at most."""
    opened = [row.opened_at for row in generations]
    found = []
    for act in acts:
        words = what_was_done(act).partition(" ")[2]
        if act.state is ActState.REFUSED:
            words = f"refused: {words}"
        row = ControlRow(-act.seq, act.at, act.actor, f"{ACT}{act.individual}", act.outcome, words, act.request)
        at = bisect_left(account.numbers, act.child) if act.child is not None else len(account.numbers)
        is_known = at < len(account.numbers) and account.numbers[at] == act.child
        positions = range(at, at + 1) if is_known else range(0)
        open_one = max(bisect_right(opened, act.at) - 1, 0)
        generation = generations[open_one].number if generations else 0
        found.append(Followed(row, generation, None, 0, positions, account.figures(positions), None))
    return found


def _ends(rows: Sequence[ControlRow]) -> dict[int, int | None]:
    """Of each change, the place of the next one of its key."""
    found: dict[int, int | None] = {}
    later: dict[str, int] = {}
    for place in range(len(rows) - 1, -1, -1):
        row = rows[place]
        found[row.seq] = later.get(row.key)
        later[row.key] = place
    return found


def _fates(
    individuals: Mapping[int, Individual], numbers: Iterable[int], objectives: Sequence[Objective]
) -> list[Figures]:
    """What became of each child."""
    measurable = bool(objectives) and all(objective.reference is not None for objective in objectives)
    growth = Growth(objectives)
    seed = individuals.get(SEED)
    if measurable and seed is not None and seed.status is Status.EVALUATED:
        growth.add(Candidate(SEED, seed.metrics))
    fates: list[Figures] = []
    for number in numbers:
        one = individuals[number]
        valid = one.status is Status.EVALUATED
        candidate = Candidate(number, one.metrics)
        gain = (growth.add(candidate) or 0.0) if valid and measurable else 0.0
        improved = valid and measurable and _improved(individuals, one, candidate, objectives)
        fates.append(Figures(1, one.status in _ENDED, valid, improved, gain))
    return fates


def _improved(
    individuals: Mapping[int, Individual], one: Individual, candidate: Candidate, objectives: Sequence[Objective]
) -> bool:
    """Not dominated by the first parent that was measured: one that was repaired has a failed one before it."""
    parent: Individual | None = one
    for _ in range(len(individuals)):
        parent = individuals.get(parent.parents[0]) if parent is not None and parent.parents else None
        if parent is None:
            return True
        if parent.status is Status.EVALUATED:
            return not dominates(Candidate(parent.number, parent.metrics), candidate, objectives)
    return True
