"""Everything that a report tells of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ge_tui.report.verified import Verified
from ge_tui.run.course import Reached
from ge_tui.run.following import Followed
from ge_tui.run.model_figures import ModelFigures
from ge_tui.run.store import GenerationRow, IndividualRow, RunRow
from ge_tui.run.summary import Standing
from ge_tui.run.timeline import Timeline
from ge_tui.search import Credit, Objective


@dataclass(frozen=True, slots=True)
class Said:
    """A call to a language model in the making of an individual, in short."""

    operator: str
    persona: str
    category: str
    model: str
    temperature: float | None
    segment: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of the champion's story."""

    row: IndividualRow
    standing: Standing
    before: Standing | None
    """Of the parent whose text was changed; None for the seed."""
    diff: str
    """Against that parent."""
    gain: float
    """Hypervolume that it added when it came."""
    calls: tuple[Said, ...] = ()
    insight: str = ""
    """What a model learned from an elite and applied here."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one model read and wrote."""

    calls: int
    prompt: int
    answer: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Cause:
    """A way to fail, and how often it was taken."""

    name: str
    count: int
    example: int
    reason: str
    """Of the example."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A budget, and how much of it was used."""

    name: str
    used: float
    most: float
    """0: no limit."""


@dataclass(frozen=True, slots=True)
class Report:
    """A run as its report tells it."""

    run: RunRow
    status: str
    """As it is, not as last written."""
    objectives: tuple[Objective, ...]
    rows: tuple[IndividualRow, ...]
    standings: Mapping[int, Standing]
    generations: tuple[GenerationRow, ...]
    course: tuple[Reached, ...]
    best: int | None
    best_small: int | None
    """The best of those no larger than the seed."""
    story: tuple[Chapter, ...]
    """From the seed to the best."""
    credit: Mapping[str, Mapping[str, Credit]]
    """By kind of choice, what each arm earned."""
    models: Mapping[str, ModelFigures]
    tokens: Mapping[str, Tokens]
    causes: tuple[Cause, ...]
    changes: tuple[Followed, ...]
    """Of controls, those that the run was launched with not among them."""
    timeline: Timeline
    limits: tuple[Limit, ...]
    verdict: str = ""
    """Whether evolution pays; empty where the run has no baseline."""
    trainings: int = 0
    verified: tuple[Verified, ...] = ()
    """What exports found out on the test part, the most accurate first."""
