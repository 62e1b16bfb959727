"""Whether evolution pays: its course beside that of the baseline, at equal numbers of evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.run.pool import Pool
from ge_tui.run.store import Arm, IndividualRow
from ge_tui.run.store.queries import Queries
from ge_tui.search import Growth, Objective

LEAST = 5
"""With fewer evaluations of either, nothing is said."""
_ALIKE = 0.01
"""Hypervolumes this part of the larger one apart, or less, are called alike."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What an arm alone had reached after one of its evaluations."""

    best: float | None
    """By the first objective; None while nothing was measured."""
    individual: int | None
    """Whose that is."""
    hypervolume: float


@dataclass(frozen=True, slots=True)
class Course:
    """What became of the individuals of an arm, the seed not among them."""

    children: int
    course: tuple[Reached, ...]
    """After each of its evaluations, failed ones among them, in the order of the individuals."""

    @property
    def evaluations(self) -> int:
        """How many it had."""
        return len(self.course)

    def after(self, evaluations: int) -> Reached:
        """What it had reached after so many evaluations."""
        return self.course[evaluations - 1] if evaluations else Reached(None, None, 0.0)

    @property
    def now(self) -> Reached:
        """What it has reached by now."""
        return self.after(self.evaluations)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Evolution beside the baseline."""

    evolution: Course
    baseline: Course
    baseline_by: dict[str, Course]
    """The parts of the baseline, by who made them."""

    @property
    def evaluations(self) -> int:
        """How many evaluations both had."""
        return min(self.evolution.evaluations, self.baseline.evaluations)

    def verdict(self) -> str:
        """One sentence on whether evolution pays."""
        counts = f"{self.evolution.evaluations} evaluations of evolution, {self.baseline.evaluations} of the baseline"
        if self.evaluations < LEAST:
            return f"too early to say whether evolution pays: {counts}, and {LEAST} of each are the least to compare"
        ours, theirs = (course.after(self.evaluations).hypervolume for course in (self.evolution, self.baseline))
        if abs(ours - theirs) <= _ALIKE * max(ours, theirs):
            answer = "so far evolution makes no difference"
        elif ours > theirs:
            answer = "evolution pays"
        else:
            answer = "evolution does not pay so far"
        return (
            f"{answer}: after {self.evaluations} evaluations each, its hypervolume is {ours:.5f}, the baseline's "
            f"{theirs:.5f} ({counts} in all; one run may be luck)"
        )


def compare(queries: Queries, pool: Pool, objectives: Sequence[Objective]) -> Comparison | None:
    """Evolution and the baseline of a run; None where it has no baseline, or the seed is not measured yet."""
    if any(objective.reference is None for objective in objectives):
        return None
    trained = {row.individual for row in queries.evaluations() if row.status in ("ok", "failed")}
    rows = [row for row in queries.individuals() if row.parents]
    baseline = [row for row in rows if row.arm is Arm.BASELINE]
    if not baseline:
        return None

    def course(own: Sequence[IndividualRow]) -> Course:
        return _course(own, trained, pool, objectives)

    makers = sorted({row.proposer for row in baseline})
    return Comparison(
        course([row for row in rows if row.arm is Arm.EVOLUTION]),
        course(baseline),
        {maker: course([row for row in baseline if row.proposer == maker]) for maker in makers},
    )


def _course(rows: Sequence[IndividualRow], trained: set[int], pool: Pool, objectives: Sequence[Objective]) -> Course:
    growth, reached = Growth(objectives), list[Reached]()
    last = Reached(None, None, 0.0)
    for row in rows:
        candidate = pool.candidate(row.number)
        if candidate is not None and growth.add(candidate) is not None:
            first = growth.members[0]
            last = Reached(first.metrics[objectives[0].name], first.number, growth.volume)
        if row.number in trained:
            reached.append(last)
    return Course(len(rows), tuple(reached))
