"""How a run came where it is: what it had reached after each training, and what that had cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED
from ge_tui.run.store.queries import Queries
from ge_tui.search import Candidate, Growth, Objective

SIZE = "params"


@dataclass(frozen=True, slots=True)
class Reached:
    """What all individuals up to one had reached and cost, in the order in which they were made."""

    individual: int
    evaluations: int
    """Trainings that came to an end, well or not, the seed's included."""
    seconds: float
    """Of training, over all slots."""
    tokens: int
    """Of the language model, prompts and answers."""
    hypervolume: float
    best: float | None
    """By the first objective; None while nothing was measured."""
    best_small: float | None
    """The same, of those no larger than the seed; None where sizes are not known."""


def course_of(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> list[Reached]:
    """One entry for each individual that was trained, in their order; empty before the seed is measured."""
    if any(objective.reference is None for objective in objectives):
        return []
    trained, seconds = Counter[int](), dict[int, float]()
    for one in queries.evaluations():
        trained[one.individual] += one.status in ("ok", "failed")
        seconds[one.individual] = seconds.get(one.individual, 0.0) + (one.wall_s or 0.0)
    tokens = tokens_by_individual(queries)
    growth, best, small = Growth(objectives), _Best(objectives[0]), _Best(objectives[0])
    most = pool.metrics(SEED).get(SIZE)
    reached, spent = list[Reached](), [0, 0.0, 0]
    for row in queries.individuals():
        number = row.number
        candidate = pool.candidate(number)
        if candidate is not None:
            growth.add(candidate)
            best.see(candidate)
            size = candidate.metrics.get(SIZE)
            if most is not None and size is not None and size <= most:
                small.see(candidate)
        spent[0] += trained[number]
        spent[1] += seconds.get(number, 0.0)
        spent[2] += tokens.get(number, 0)
        if trained[number]:
            figures = (growth.volume, best.value, small.value)
            reached.append(Reached(number, int(spent[0]), spent[1], int(spent[2]), *figures))
    return reached


def tokens_by_individual(queries: Queries) -> Mapping[int, int]:
    """What the language model read and wrote in the making of each."""
    query = "SELECT individual, sum(prompt_tokens + completion_tokens) FROM llm_call GROUP BY individual"
    return {int(number): int(tokens or 0) for number, tokens in queries.connection.execute(query)}


class _Best:
    """The best value of an objective so far."""

    def __init__(self, objective: Objective) -> None:
        self._name = objective.name
        self._sign = objective.sign
        self.value: float | None = None

    def see(self, candidate: Candidate) -> None:
        value = candidate.metrics.get(self._name)
        if value is not None and (self.value is None or value * self._sign > self.value * self._sign):
            self.value = value
