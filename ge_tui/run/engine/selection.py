"""What a generation decides: who breeds, what happens in each slot, who goes on. Pure.

The loop is that of Morris et al. 2024 (LLM-Guided Evolution, Algorithm 1): SPEA2 elites, parents by a
dominance and crowding tournament, crossover between neighbouring slots, then mutation, elites added again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ge_tui.run.store.records import Arm, IndividualRow, MemberRow
from ge_tui.search import Candidate, Objective, draw, is_comparable, places, spea2, tournament, weighted_choice

FEWEST_PARENTS = 2
"""With fewer at the run's rung, those that were not promoted to it may be parents too."""


OWN_SLOTS = 1_000_000
"""Where the slots begin that the user asked for, one an act; repairs of what comes of them are in rows behind."""


def repair_slot(slot: int, slots: int) -> int:
    """Repairs stand in rows of their own behind a generation's slots: one row a try, one place a slot."""
    return slot + (OWN_SLOTS if slot >= OWN_SLOTS else slots)


def tries_before(slot: int, slots: int) -> int:
    """How many repairs led to the individual of a slot."""
    return slot // OWN_SLOTS - 1 if slot >= OWN_SLOTS else slot // slots


class Maker(Enum):
    """Who fills a slot, and for what."""

    EVOLUTION = auto()
    BASELINE = auto()
    """The run's own proposer, knowing nothing but the seed."""
    OFFLINE_BASELINE = auto()
    """Offline operators, in a run that asks a language model."""

    @property
    def arm(self) -> Arm:
        """What comes of it is for evolution, or for evolution to be compared with."""
        return Arm.EVOLUTION if self is Maker.EVOLUTION else Arm.BASELINE

    @classmethod
    def of(cls, row: IndividualRow, proposer: str) -> Maker:
        """Who was to make an individual, in a run with this proposer."""
        if row.arm is Arm.EVOLUTION:
            return cls.EVOLUTION
        return cls.BASELINE if row.proposer == proposer else cls.OFFLINE_BASELINE


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """What is to happen in one slot."""

    slot: int
    parents: tuple[int, ...]
    """The first is the one that is changed."""
    operators: tuple[str, ...]
    """`create`; `crossover` and/or `mutate` or `eot`; `repair`; empty: the parent goes on unchanged."""
    maker: Maker = Maker.EVOLUTION
    act: int | None = None
    """Of the user, that asked for it."""


def choose_parents(
    tiers: Sequence[Sequence[Candidate]], objectives: Sequence[Objective], count: int, seed: int, generation: int
) -> list[int]:
    """A parent for each slot, by number, from those of the population that can be compared.

    `tiers` are the population by rung, the run's rung first; lower ones are only asked where that has too few.
    """
    able = [[candidate for candidate in tier if is_comparable(candidate, objectives)] for tier in tiers]
    first, *behind = able or [[]]
    more = behind if len(first) < FEWEST_PARENTS else []
    chosen = tournament(first, objectives, count, lambda slot: draw(seed, generation, slot, "parent"), more)
    return [candidate.number for candidate in chosen]


def plan_slot(
    parents: Sequence[int],
    slot: int,
    seed: int,
    generation: int,
    crossover_probability: float,
    mutation_probability: float,
    eot_probability: float = 0.0,
) -> SlotPlan:
    """Crossover with the neighbour (one draw for both of a pair), then mutation (a draw of its own).

    A mutation may be an Evolution of Thought instead, where the proposer can think.
    """
    first, neighbour = parents[slot], slot ^ 1
    operators: list[str] = []
    chosen: tuple[int, ...] = (first,)
    if neighbour < len(parents) and parents[neighbour] != first:
        pair = draw(seed, generation, slot & ~1, "crossover")
        if pair.random() < crossover_probability:
            operators.append("crossover")
            chosen = (first, parents[neighbour])
    if draw(seed, generation, slot, "mutation").random() < mutation_probability:
        thinks = draw(seed, generation, slot, "eot").random() < eot_probability
        operators.append("eot" if thinks else "mutate")
    return SlotPlan(slot, chosen, tuple(operators))


def plan_shared_slot(
    parents: Sequence[int],
    slot: int,
    seed: int,
    generation: int,
    crossover_probability: float,
    mutation_probability: float,
    shares: Mapping[str, float],
) -> SlotPlan:
    """One operator, drawn by its share, so that what comes of it can be put down to it.

    A slot is changed at all as often as by the two probabilities. Without a neighbour to cross with, the draw is
    among the others; where there is no other, it is a mutation.
    """
    first, neighbour = parents[slot], slot ^ 1
    unchanged = (1 - crossover_probability) * (1 - mutation_probability)
    if draw(seed, generation, slot, "mutation").random() < unchanged:
        return SlotPlan(slot, (first,), ())
    has_mate = neighbour < len(parents) and parents[neighbour] != first
    possible = {name: share for name, share in shares.items() if name != "crossover" or has_mate}
    if not any(possible.values()):
        possible = {"mutate": 1.0}
    operator = weighted_choice(draw(seed, generation, slot, "operator"), possible)
    chosen = (first, parents[neighbour]) if operator == "crossover" else (first,)
    return SlotPlan(slot, chosen, (operator,))


def baseline_maker(share: float, slots_before: int, *, asks: bool) -> Maker:
    """Whether a slot belongs to the baseline: spread evenly over the run, as many as the share says.

    `slots_before` counts the run's slots before this one; `asks`: the run asks a language model, and offline
    operators fill every other slot of its baseline.
    """
    before, after = (math.floor(count * share + 1e-9) for count in (slots_before, slots_before + 1))
    if before == after:
        return Maker.EVOLUTION
    return Maker.OFFLINE_BASELINE if asks and before % 2 else Maker.BASELINE


def close_population(
    elites: Iterable[int], tiers: Sequence[Sequence[Candidate]], objectives: Sequence[Objective]
) -> list[MemberRow]:
    """The population that goes on: elites and all who came through the slots, each once, ranked together.

    `tiers` are all of them by rung, the run's rung first: who was not promoted ranks behind all who were.
    """
    kept = set(elites)
    members = [
        MemberRow(place.candidate.number, place.rank, place.room, place.candidate.number in kept)
        for place in places(tiers, objectives)
    ]
    return sorted(members, key=lambda member: member.individual)


def choose_elites(population: Sequence[Candidate], objectives: Sequence[Objective], count: int) -> list[int]:
    """The individuals SPEA2 keeps."""
    return [candidate.number for candidate in spea2(population, objectives, count)]
