"""What the engine keeps in memory of the individuals: metrics and failures, not texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ge_tui.genome import Genome, cut
from ge_tui.run.store import Arm, IndividualRow, RunReader, Status, Store
from ge_tui.search import Archive, Candidate, Objective


class Pool:
    """The evaluated individuals of a run as candidates, and the archives over them."""

    def __init__(self, store: Store | RunReader, objectives: Sequence[Objective]) -> None:
        self._store = store
        self._archive = Archive(objectives)
        self._evolved = Archive(objectives)
        self._candidates: dict[int, Candidate] = {}
        baseline = store.baseline()
        for number, metrics in store.metrics().items():
            self.add(Candidate(number, metrics), Arm.BASELINE if number in baseline else Arm.EVOLUTION)

    @property
    def front(self) -> list[Candidate]:
        """The best trade-offs of the run, whoever made them."""
        return list(self._archive.members)

    @property
    def evolved_front(self) -> list[Candidate]:
        """The best trade-offs that evolution made: what it may know of."""
        return list(self._evolved.members)

    def add(self, candidate: Candidate, arm: Arm = Arm.EVOLUTION) -> None:
        self._candidates[candidate.number] = candidate
        self._archive.add(candidate)
        if arm is Arm.EVOLUTION:
            self._evolved.add(candidate)

    def candidate(self, number: int) -> Candidate | None:
        """An individual that was evaluated; None for any other."""
        return self._candidates.get(number)

    def candidates(self, numbers: Iterable[int]) -> list[Candidate]:
        return [self._candidates[number] for number in numbers if number in self._candidates]

    def metrics(self, number: int) -> dict[str, float]:
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


def count(rows: Sequence[IndividualRow]) -> dict[str, Any]:
    """How a generation's children ended."""
    by_status = [row.status for row in rows]
    return {
        "children": len(rows),
        "evaluated": by_status.count(Status.EVALUATED),
        "failed": by_status.count(Status.FAILED) + by_status.count(Status.REJECTED),
        "duplicates": by_status.count(Status.DUPLICATE),
    }
