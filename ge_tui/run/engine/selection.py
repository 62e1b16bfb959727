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
from ge_tui.search import Candidate, Objective, crowding, draw, is_comparable, rank, spea2, tournament, weighted_choice


class Maker(Enum):
    """Who fills a slot, and for what."""

    EVOLUTION = auto()
    BASELINE = auto()
    """The run's own proposer, knowing nothing but the seed."""
    OFFLINE_BASELINE = auto()
    """Offline operators, in a run that asks a language model."""

    @property
    def arm(self) -> Arm:
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


def choose_parents(
    population: Sequence[Candidate], objectives: Sequence[Objective], count: int, seed: int, generation: int
) -> list[int]:
    """A parent for each slot, by number, from those of the population that can be compared."""
    able = [candidate for candidate in population if is_comparable(candidate, objectives)]
    chosen = tournament(able, objectives, count, lambda slot: draw(seed, generation, slot, "parent"))
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
    elites: Iterable[int],
    others: Iterable[int],
    candidates: Sequence[Candidate],
    objectives: Sequence[Objective],
) -> list[MemberRow]:
    """The population that goes on: elites and all who came through the slots, each once, ranked together."""
    elite_numbers = set(elites)
    wanted = elite_numbers | set(others)
    members = sorted((c for c in candidates if c.number in wanted), key=lambda c: c.number)
    members = [candidate for candidate in members if is_comparable(candidate, objectives)]
    ranks = rank(members, objectives)
    distances = crowding(members, ranks, objectives)
    return [
        MemberRow(member.number, place, distance, member.number in elite_numbers)
        for member, place, distance in zip(members, ranks, distances, strict=True)
    ]


def choose_elites(population: Sequence[Candidate], objectives: Sequence[Objective], count: int) -> list[int]:
    """The individuals SPEA2 keeps."""
    return [candidate.number for candidate in spea2(population, objectives, count)]
