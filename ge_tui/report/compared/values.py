"""What a comparison says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from ge_tui.report.compared.gather import ComparedRun
from ge_tui.report.compared.groups import Group
from ge_tui.report.compared.significance import Verdict, holm, mann_whitney
from ge_tui.report.words import duration
from ge_tui.run.course import Reached
from ge_tui.search import Objective
from ge_tui.statistics import Summary

Pairs = tuple[tuple[float, float], ...]
_POINTS = 240

Cost = Callable[[Reached], float]
"""What a run had cost when it had come somewhere."""
_SHORT_S = 2 * 3600.0
"""Where no run trained for longer, minutes are counted."""


def trainings(reached: Reached) -> float:
    """A run's cost in trainings that came to an end."""
    return reached.evaluations


def _seconds(reached: Reached) -> float:
    return reached.seconds


def _costs(runs: Sequence[ComparedRun]) -> dict[str, Cost]:
    """What there is to be across, by name; nothing that no run spent."""
    short = max(run.last.seconds for run in runs) < _SHORT_S
    unit, name = (60.0, "minutes of training") if short else (3600.0, "hours of training")
    costs: dict[str, Cost] = {
        "trainings": trainings,
        name: lambda reached: reached.seconds / unit,
        "tokens": lambda reached: reached.tokens,
    }
    return {name: cost for name, cost in costs.items() if any(cost(run.last) > 0 for run in runs)}


@dataclass(frozen=True, slots=True)
class Band:
    """How the runs of a group came along: the middle one, and between which all lie."""

    middle: Pairs
    low: Pairs
    high: Pairs


@dataclass(frozen=True, slots=True)
class Sample(Summary):
    """A figure of each run of a group."""

    group: str


@dataclass(frozen=True, slots=True)
class Test:
    """One figure of two groups."""

    measure: str
    first: Sample
    second: Sample
    verdict: Verdict
    adjusted: float
    """Its p among those of all pairs, after Holm."""

    @property
    def difference(self) -> float:
        """The mean of the first minus that of the second."""
        return self.first.mean - self.second.mean


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several groups of runs beside each other."""

    groups: tuple[Group, ...]
    objectives: tuple[Objective, ...]
    equal: int
    """So many trainings every run had: figures are compared after these."""
    equal_seconds: float
    """And trained for so long."""
    bands: dict[str, dict[str, Band]]
    """Of the hypervolume: by what is across, then by group."""
    samples: dict[str, tuple[Sample, ...]]
    """By figure, one of each group."""
    tests: tuple[Test, ...]


def compare_groups(groups: Sequence[Group], objectives: Sequence[Objective]) -> Comparison:
    """Every figure of every group, and every pair of groups by every figure."""
    runs = [run for group in groups for run in group.runs]
    equal = min(run.last.evaluations for run in runs)
    seconds = min(run.last.seconds for run in runs)
    samples = _samples(groups, objectives, equal, seconds)
    bands = {name: {group.name: band(group.runs, cost) for group in groups} for name, cost in _costs(runs).items()}
    return Comparison(tuple(groups), tuple(objectives), equal, seconds, bands, samples, tuple(_tests(samples)))


def band(runs: Sequence[ComparedRun], across: Cost) -> Band:
    """The hypervolume of some runs as far as all of them came."""
    first = max(across(run.course[0]) for run in runs)
    last = min(across(run.last) for run in runs)
    if last < first:
        return Band((), (), ())
    places = sorted({across(reached) for run in runs for reached in run.course if first <= across(reached) <= last})
    thin = max(1, len(places) // _POINTS)
    places = list(dict.fromkeys([*places[::thin], places[-1]]))
    at = [[_reached(run, across, place).hypervolume for run in runs] for place in places]
    if len(runs) == 1:
        return Band(tuple(zip(places, (values[0] for values in at), strict=True)), (), ())
    middle, low, high = (
        tuple((place, float(take(values))) for place, values in zip(places, at, strict=True))
        for take in (median, min, max)
    )
    return Band(middle, low, high)


def _samples(
    groups: Sequence[Group], objectives: Sequence[Objective], equal: int, seconds: float
) -> dict[str, tuple[Sample, ...]]:
    first = objectives[0].name

    def after(run: ComparedRun) -> Reached:
        return _reached(run, trainings, equal)

    figures: dict[str, Callable[[ComparedRun], float | None]] = {
        f"hypervolume after {equal} trainings": lambda run: after(run).hypervolume,
        f"best {first} after {equal} trainings": lambda run: after(run).best,
        f"best {first} up to the seed's size": lambda run: after(run).best_small,
        f"hypervolume after {duration(seconds)} of training": lambda run: _reached(run, _seconds, seconds).hypervolume,
    }
    found = {}
    for name, figure in figures.items():
        samples = [Sample(tuple(v for run in g.runs if (v := figure(run)) is not None), g.name) for g in groups]
        if all(sample.values for sample in samples):
            found[name] = tuple(samples)
    return found


def _tests(samples: dict[str, tuple[Sample, ...]]) -> list[Test]:
    """Pairs of groups of which one has several runs; with one against one there is nothing to test."""
    found: list[Test] = []
    for measure, each in samples.items():
        pairs = [(a, b) for a, b in combinations(each, 2) if len(a.values) + len(b.values) > 2]
        verdicts = [mann_whitney(a.values, b.values) for a, b in pairs]
        told = [(pair, verdict) for pair, verdict in zip(pairs, verdicts, strict=True) if verdict is not None]
        adjusted = holm([verdict.p for _, verdict in told])
        found += [Test(measure, a, b, verdict, p) for ((a, b), verdict), p in zip(told, adjusted, strict=True)]
    return found


def _reached(run: ComparedRun, across: Cost, place: float) -> Reached:
    """What a run had reached for so much; at the least its first entry."""
    low, high = 0, len(run.course)
    while low < high:
        middle = (low + high) // 2
        if across(run.course[middle]) <= place + 1e-9:
            low = middle + 1
        else:
            high = middle
    return run.course[max(0, low - 1)]
