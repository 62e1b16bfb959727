"""What each change on the way from the seed contributed: undone in turn, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from ge_tui.evaluation.executors import LocalExecutor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.export.progress import Teller
from ge_tui.export.reverting import Entangled, revert
from ge_tui.export.subject import RunFacts, Subject, main_line
from ge_tui.export.trainings import Trained, Trainings, together
from ge_tui.run.individuals import what_was_done
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.search import Objective
from ge_tui.settings import EvaluationSettings
from ge_tui.statistics import Summary, paired_difference


@dataclass(frozen=True, slots=True)
class Change:
    """One step on the main line."""

    child: int
    parent: int
    made_by: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What is lost, or won, when one change is undone."""

    child: int
    made_by: str
    what: str
    outcome: str
    """`measured`; else why it could not be: `entangled`, `nothing left`, or how the network without it fails."""
    reason: str = ""
    accuracy: Summary | None = None
    """Without it."""
    gains: dict[str, float] | None = None
    """By objective the figure with it minus the figure without it."""
    error: float = 0.0
    """The standard error of the gain in accuracy."""
    helps: bool = True


@dataclass(frozen=True, slots=True)
class Ablation:
    """The changes from the seed to a winner, and what is left when those that do not help are gone."""

    rung: str
    seeds: tuple[int, ...]
    accuracy: Summary
    """Of the winner, in the same trainings."""
    contributions: tuple[Contribution, ...]
    minimal: Subject | None
    """None where every change helps, or none can go."""

    def as_json(self) -> dict[str, Any]:
        """As genome.json has it."""
        record = asdict(self)
        record["minimal"] = None if self.minimal is None else {"without": list(self.minimal.without)}
        return record


def changes_to(reader: RunReader, number: int) -> list[Change]:
    """The changes on the main line from the seed to an individual, the first first."""
    line = main_line(reader, number)
    found = []
    for parent, child in pairwise(line):
        before, after = reader.source(parent.number), reader.source(child.number)
        if before is not None and after is not None:
            found.append(Change(child.number, parent.number, maker_of(child), what_was_done(child), before, after))
    return found


def maker_of(row: IndividualRow) -> str:
    """The operator, and whom the model played."""
    played = [word.replace("_", " ") for word in (row.persona, row.category) if word]
    return row.operator + (f" ({', '.join(played)})" if played else "")


class Ablating:
    """Undoes changes and measures what comes of it."""

    def __init__(
        self,
        executor: LocalExecutor,
        trainings: Trainings,
        facts: RunFacts,
        machine: EvaluationSettings,
        seeds: Sequence[int],
        teller: Teller,
    ) -> None:
        self._executor = executor
        self._trainings = trainings
        self._facts = facts
        self._machine = machine
        self._seeds = tuple(seeds)
        self._teller = teller

    async def ablate(self, subject: Subject, changes: Sequence[Change]) -> Ablation | None:
        """None where the winner itself fails with one of the seeds, so that there is nothing to compare with."""
        assert subject.recorded is not None
        whole = await self._measure(subject.label, subject, subject.source)
        if whole is None:
            self._teller.say(f"{subject.label} fails with one of these seeds, so its changes cannot be measured")
            return None
        contributions = await together(self._undo(subject, change, whole) for change in changes)
        minimal = await self._minimise(subject, changes, contributions, whole)
        accuracy = Summary(tuple(one.metrics["accuracy"] for one in whole))
        return Ablation(subject.recorded.rung, self._seeds, accuracy, tuple(contributions), minimal)

    async def _undo(self, subject: Subject, change: Change, whole: Sequence[Trained]) -> Contribution:
        blank = Contribution(change.child, change.made_by, change.what, "measured")
        without = revert(subject.source, change.before, change.after)
        if isinstance(without, Entangled):
            return replace(blank, outcome="entangled", reason=f"it cannot be undone alone: {without.reason}")
        if without == subject.source:
            return replace(blank, outcome="nothing left", reason="later changes left nothing of it", helps=False)
        checked = await self._executor.check(self._facts.check(without, self._machine))
        if checked.outcome is not Outcome.OK:
            return replace(blank, outcome=str(checked.outcome), reason=f"without it: {checked.reason}")
        measured = await self._measure(f"{subject.label} without #{change.child}", subject, without)
        if measured is None:
            return replace(blank, outcome="failed", reason="without it a training fails")
        accuracies = tuple(one.metrics["accuracy"] for one in measured)
        error = paired_difference([one.metrics["accuracy"] for one in whole], accuracies).error
        return replace(
            blank,
            accuracy=Summary(accuracies),
            gains=_gains(whole, measured, self._facts.objectives),
            error=error,
            helps=not is_as_good(measured, whole, self._facts.objectives),
        )

    async def _minimise(
        self, subject: Subject, changes: Sequence[Change], contributions: Sequence[Contribution],
        whole: Sequence[Trained],
    ) -> Subject | None:  # fmt: skip
        """Take out what does not help, the least first, as long as the rest is as good as the whole."""
        first = self._facts.objectives[0]
        useless = [one for one in contributions if one.outcome == "measured" and not one.helps]
        useless.sort(key=lambda one: first.sign * (one.gains or {}).get(first.name, 0.0))
        current, gone = subject.source, list[int]()
        for contribution in useless:
            change = next(each for each in changes if each.child == contribution.child)
            without = revert(current, change.before, change.after)
            if isinstance(without, Entangled) or without == current:
                continue
            label = f"{subject.label} without {', '.join(f'#{number}' for number in (*gone, change.child))}"
            if (await self._executor.check(self._facts.check(without, self._machine))).outcome is not Outcome.OK:
                continue
            measured = await self._measure(label, subject, without)
            if measured is not None and is_as_good(measured, whole, self._facts.objectives):
                current, gone = without, [*gone, change.child]
        return Subject(subject.number, current, None, tuple(sorted(gone))) if gone else None

    async def _measure(self, label: str, subject: Subject, source: str) -> list[Trained] | None:
        """Trained as the winner is on record, with each of the seeds; None where one of them fails."""
        requests = [self._request(subject, source, seed) for seed in self._seeds]
        for request in requests:
            self._trainings.expect(request)
        found = await together(self._trainings.train(label, request) for request in requests)
        return found if all(one.ok for one in found) else None

    def _request(self, subject: Subject, source: str, seed: int) -> TrainRequest:
        assert subject.recorded is not None
        plan = self._facts.plan(subject.recorded.recipe, subject.recorded.rung)
        return self._facts.training(source, plan, seed, self._machine)


def is_as_good(one: Sequence[Trained], other: Sequence[Trained], objectives: Sequence[Objective]) -> bool:
    """Whether one network is no worse than another in any objective, by more than the standard error."""
    for objective in objectives:
        gap = paired_difference(*_values(one, other, objective))
        if gap.mean < -gap.error:
            return False
    return True


def _gains(whole: Sequence[Trained], without: Sequence[Trained], objectives: Sequence[Objective]) -> dict[str, float]:
    return {each.name: each.sign * paired_difference(*_values(whole, without, each)).mean for each in objectives}


def _values(one: Sequence[Trained], other: Sequence[Trained], objective: Objective) -> tuple[list[float], list[float]]:
    """The figures of both, the higher the better."""
    sign, name = objective.sign, objective.name
    return [sign * each.metrics[name] for each in one], [sign * each.metrics[name] for each in other]
