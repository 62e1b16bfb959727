"""What a generation decides: who breeds, what happens in each slot, who goes on. Pure.

The loop is that of Morris et al. 2024 (LLM-Guided Evolution, Algorithm 1): SPEA2 elites, parents by a
dominance and crowding tournament, crossover between neighbouring slots, then mutation, elites added again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ge_tui.run.store.records import MemberRow
from ge_tui.search import Candidate, Objective, crowding, draw, is_comparable, rank, spea2, tournament


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """What is to happen in one slot."""

    slot: int
    parents: tuple[int, ...]
    """The first is the one that is changed."""
    operators: tuple[str, ...]
    """`create`; `crossover` and/or `mutate` or `eot`; `repair`; empty: the parent goes on unchanged."""


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
