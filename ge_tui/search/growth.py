"""How a front grows as candidates arrive: its hypervolume, and what each of them added."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.search.archive import Archive
from ge_tui.search.hypervolume import hypervolume
from ge_tui.search.objectives import Candidate, Objective


class Growth:
    """An archive and its hypervolume; every objective has its reference."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self._objectives = tuple(objectives)
        self._archive = Archive(objectives)
        self.volume = 0.0
        """Of all that was added."""

    @property
    def members(self) -> tuple[Candidate, ...]:
        """From the best to the worst in the first objective."""
        return self._archive.members

    def add(self, candidate: Candidate) -> float | None:
        """What a candidate adds to the hypervolume, 0 or more; None where it does not enter the archive."""
        if not self._archive.add(candidate):
            return None
        before, self.volume = self.volume, hypervolume(self._archive.members, self._objectives)
        return max(0.0, self.volume - before)
