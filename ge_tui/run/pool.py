"""What the engine keeps in memory of the individuals: metrics and failures, not texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ge_tui.evaluation.task import RUNGS
from ge_tui.genome import Genome, cut
from ge_tui.run.store import Arm, IndividualRow, Status
from ge_tui.run.store.queries import Queries
from ge_tui.search import Archive, Candidate, Objective


class Pool:
    """The individuals of a run that were evaluated at its rung as candidates, and the archives over them."""

    def __init__(self, store: Queries, objectives: Sequence[Objective]) -> None:
        self._store = store
        self._objectives = tuple(objectives)
        self._archive = Archive(objectives)
        self._evolved = Archive(objectives)
        self._candidates: dict[int, Candidate] = {}
        self._lower: dict[str, dict[int, Candidate]] = {
            rung: {number: Candidate(number, metrics) for number, metrics in results.items()}
            for rung, results in store.lower_metrics().items()
        }
        self._baseline = store.baseline()
        for number, metrics in store.metrics().items():
            self.add(Candidate(number, metrics), Arm.BASELINE if number in self._baseline else Arm.EVOLUTION)

    @property
    def front(self) -> list[Candidate]:
        """The best trade-offs of the run, whoever made them."""
        return list(self._archive.members)

    @property
    def evolved_front(self) -> list[Candidate]:
        """The best trade-offs that evolution made: what it may know of."""
        return list(self._evolved.members)

    @property
    def measured(self) -> list[Candidate]:
        """All that evolution made and that were measured at the run's rung, by number."""
        return [self._candidates[number] for number in sorted(self._candidates) if number not in self._baseline]

    def add(self, candidate: Candidate, arm: Arm = Arm.EVOLUTION) -> None:
        """Take in a result at the run's rung."""
        self._candidates[candidate.number] = candidate
        self._archive.add(candidate)
        if arm is Arm.EVOLUTION:
            self._evolved.add(candidate)
        else:
            self._baseline.add(candidate.number)

    def revise(self, candidate: Candidate) -> None:
        """An individual's metrics are others than was thought; the archives are made anew."""
        self._candidates[candidate.number] = candidate
        self._archive, self._evolved = Archive(self._objectives), Archive(self._objectives)
        for number in sorted(self._candidates):
            self._archive.add(self._candidates[number])
            if number not in self._baseline:
                self._evolved.add(self._candidates[number])

    def add_below(self, rung: str, candidate: Candidate) -> None:
        """Take in a result at a rung below the run's own; it takes part in nothing but promotion."""
        self._lower.setdefault(rung, {})[candidate.number] = candidate

    def below(self, rung: str, number: int) -> Candidate | None:
        """What an individual measured at a rung below the run's own."""
        return self._lower.get(rung, {}).get(number)

    def tiers(self, numbers: Iterable[int]) -> list[list[Candidate]]:
        """Individuals by the highest rung at which they have a result, the run's own rung first."""
        left = set(numbers)
        tiers: list[list[Candidate]] = []
        for results in (self._candidates, *(self._lower.get(rung, {}) for rung in reversed(RUNGS))):
            tiers.append([results[number] for number in sorted(left & results.keys())])
            left -= results.keys()
        return tiers

    def rungs_below(self, numbers: Iterable[int]) -> dict[int, str]:
        """The rung of what is known of individuals that have no result at the run's own."""
        left = set(numbers) - self._candidates.keys()
        found: dict[int, str] = {}
        for rung in RUNGS:
            found |= dict.fromkeys(left & self._lower.get(rung, {}).keys(), rung)
        return found

    def candidate(self, number: int) -> Candidate | None:
        """An individual that was evaluated; None for any other."""
        return self._candidates.get(number)

    def candidates(self, numbers: Iterable[int]) -> list[Candidate]:
        """Those of some individuals that were evaluated."""
        return [self._candidates[number] for number in numbers if number in self._candidates]

    def metrics(self, number: int) -> dict[str, float]:
        """What an individual measured at the run's rung; empty where it has not."""
        found = self._candidates.get(number)
        return dict(found.metrics) if found else {}

    def genome(self, number: int, names: Sequence[str]) -> Genome:
        """An individual's genome, its segments called as the seed's."""
        source = self._store.source(number)
        if source is None:
            raise LookupError(f"individual {number} has no source")
        return cut(source, names)


def survivors_of(rows: Iterable[IndividualRow]) -> list[int]:
    """Who may go on from a generation's slots: those evaluated, and the originals of duplicates."""
    numbers: list[int] = []
    for row in rows:
        if row.status is Status.EVALUATED:
            numbers.append(row.number)
        elif row.status is Status.DUPLICATE and row.duplicate_of is not None:
            numbers.append(row.duplicate_of)
    return numbers


def count(rows: Sequence[IndividualRow]) -> dict[str, int]:
    """How a generation's children ended."""
    by_status = [row.status for row in rows]
    return {
        "children": len(rows),
        "evaluated": by_status.count(Status.EVALUATED),
        "failed": by_status.count(Status.FAILED) + by_status.count(Status.REJECTED),
        "duplicates": by_status.count(Status.DUPLICATE),
    }
