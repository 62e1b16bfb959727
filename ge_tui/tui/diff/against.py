"""What an individual can be compared with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ge_tui.run.store import SEED
from ge_tui.tui.watch import Individual, RunModel


class Against(StrEnum):
    """The other side of a comparison, as the user chooses it for every individual to come."""

    PARENT = "parent"
    OTHER_PARENT = "other parent"
    SEED = "seed"
    MARKED = "marked"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who it is, and in which part."""

    against: Against
    number: int

    @property
    def words(self) -> str:
        """As in "against parent #7"."""
        return {
            Against.PARENT: f"parent #{self.number}" if self.number != SEED else "its parent, the seed",
            Against.OTHER_PARENT: f"other parent #{self.number}",
            Against.SEED: "the seed",
            Against.MARKED: f"marked #{self.number}",
            Against.ORIGINAL: f"its original #{self.number}",
        }[self.against]


def choices(individual: Individual, model: RunModel, marked: int | None) -> Mapping[Against, Choice]:
    """What there is to compare an individual with, in the order they are gone through."""
    original = model.original(individual).number
    others = [parent for parent in individual.parents[1:] if parent != individual.parents[0]]
    candidates = {
        Against.PARENT: individual.parents[0] if individual.parents else None,
        Against.OTHER_PARENT: others[0] if others else None,
        Against.SEED: SEED,
        Against.MARKED: marked,
        Against.ORIGINAL: original,
    }
    return {
        against: Choice(against, number)
        for against, number in candidates.items()
        if number is not None and number != individual.number and number in model.individuals
    }


def choose(wanted: Against, there: Mapping[Against, Choice]) -> Choice | None:
    """The wanted one, or the first there is; None for the seed of a run in which nothing else is marked."""
    return there.get(wanted) or next(iter(there.values()), None)


def following(now: Against, there: Mapping[Against, Choice], step: int = 1) -> Against:
    """The next one that there is."""
    order = list(Against)
    start = order.index(now)
    turns = (order[(start + step * k) % len(order)] for k in range(1, len(order) + 1))
    return next((against for against in turns if against in there), now)


def missing(against: Against, number: int) -> str:
    """Why an individual cannot be compared with that."""
    return {
        Against.PARENT: f"#{number} has no parent: it is the seed",
        Against.OTHER_PARENT: f"#{number} has no second parent: only a crossover has",
        Against.SEED: f"#{number} is the seed",
        Against.MARKED: "nothing else is marked: go to an individual and mark it with m",
        Against.ORIGINAL: f"#{number} is no duplicate: it is its own original",
    }[against]
