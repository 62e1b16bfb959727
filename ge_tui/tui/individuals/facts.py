"""What the table shows and asks of an individual, where it takes more than the individual itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite

from ge_tui.run.store import Status
from ge_tui.tui.individuals.signs import Sign, sign_of
from ge_tui.tui.watch import Individual, RunModel


@dataclass(frozen=True, slots=True)
class Facts:
    """An individual with what it has of others."""

    one: Individual
    metrics: Mapping[str, float]
    """Its own, or for a duplicate those of the individual that it stands for."""
    gain: float | None
    """How much better than its first parent by the first objective."""
    sign: Sign
    below: Mapping[str, float] = field(default_factory=dict)
    """What was measured at a lower rung, where it stayed there: to be read, never to be sorted or filtered by."""

    def metric(self, name: str) -> float | None:
        """A measure that is a number; None where it was not measured or came out as none."""
        value = self.metrics.get(name)
        if value is None and name == "params":
            value = self.one.params
        return value if value is not None and isfinite(value) else None

    @property
    def model(self) -> str:
        """Who wrote it."""
        return self.one.proposer.removeprefix("ollama:")

    @property
    def state(self) -> str:
        """Its status; for one that has been through, how it ended."""
        if self.one.status in (Status.EVALUATED, Status.FAILED) and self.one.outcome is not None:
            return self.one.outcome.value
        return _STATES.get(self.one.status, self.one.status.value)

    @property
    def is_seed(self) -> bool:
        """Whether all descend from it."""
        return self.one.operator == "seed"


_STATES = {Status.EVALUATING: "training", Status.PROPOSING: "writing"}


def facts_of(model: RunModel, one: Individual) -> Facts:
    """What there is to say of an individual."""
    whose = one if one.duplicate_of is None else model.original(one)
    gain = model.gain(one)
    gain = gain if gain is not None and isfinite(gain) else None
    return Facts(one, whose.metrics, gain, sign_of(one), whose.below)


def words_of_fields(several: Iterable[Facts]) -> dict[str, set[str]]:
    """The words that occur in some individuals, by field: to complete a filter that is typed."""
    words: dict[str, set[str]] = defaultdict(set)
    for facts in several:
        one = facts.one
        for field_name in ("persona", "operator", "category", "segment"):
            if value := getattr(one, field_name):
                words[field_name].add(value)
        words["model"].add(facts.model)
        words["status"].add(one.status.value)
        if one.outcome is not None:
            words["outcome"].add(one.outcome.value)
    return words


class FactBook:
    """The facts of every individual, kept up as the run goes on."""

    def __init__(self) -> None:
        self.facts: dict[int, Facts] = {}
        self.counts: Counter[Status] = Counter()
        """How many there are of each status."""
        self._leaning: dict[int, set[int]] = {}
        """By number: its duplicates and its children, whose facts hang on its metrics."""

    def update(self, model: RunModel, numbers: Iterable[int]) -> set[int]:
        """Take in individuals that are new or changed; the numbers of all whose facts are others now."""
        changed: set[int] = set()
        todo = [number for number in numbers if number in model.individuals]
        for number in todo:  # which grows by those that hang on a changed one
            before, after = self.facts.get(number), facts_of(model, model.individuals[number])
            if before == after:
                continue
            self.facts[number] = after
            if before is not None:
                self.counts[before.one.status] -= 1
            self.counts[after.one.status] += 1
            changed.add(number)
            if before is None or before.one.duplicate_of != after.one.duplicate_of:
                self._remember_leaning(after.one)
            if before is None or (before.metrics, before.below) != (after.metrics, after.below):
                todo += self._leaning.get(number, ())
        return changed

    def _remember_leaning(self, one: Individual) -> None:
        for other in (one.duplicate_of, *one.parents[:1]):
            if other is not None:
                self._leaning.setdefault(other, set()).add(one.number)
