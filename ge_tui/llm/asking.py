"""What is drawn for one call: who asks, for what, of which part, how boldly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ge_tui.genome import Genome
from ge_tui.llm.proposer import Brief, Insight, Parent, Story
from ge_tui.llm.temperatures import temperature_in
from ge_tui.search import weighted_choice

AIMED = frozenset({"create", "mutate", "eot"})
"""What the user's aim holds for."""
REUSE = 0.5
"""How often an insight on record is used again instead of thinking anew."""


@dataclass(frozen=True, slots=True)
class Draws:
    """The choices of one call."""

    operator: str
    """As it is carried out: an Evolution of Thought without anything to think about is a mutation."""
    segment: str | None
    persona: str
    category: str
    temperature: float
    seed: int
    edits: bool
    model: str
    exemplar: tuple[Parent, str] | None = None
    """An elite and the segment in which it differs from the seed."""
    insight: Insight | None = None
    """What was learned from it before, to be used again."""
    top_p: float | None = None
    """As the controls have it."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What the settings say of how to ask."""

    whole_file: float = 0.1
    """The part of mutations and crossovers that may change the whole file."""
    edits: float = 0.0
    """The part of calls that asks for search/replace edits instead of a full rewrite."""


def draw_call(operator: str, genome: Genome, brief: Brief, story: Story, habits: Habits) -> Draws | None:
    """The choices of a call; None where a crossover finds no difference between its parents.

    Every call makes the same number of draws before it branches, so that one choice does not shift the others;
    a model is drawn only where there is more than one.
    """
    rng = brief.rng
    persona = weighted_choice(rng, story.personas)
    category = weighted_choice(rng, story.categories)
    place, whole, edits, heat, seed, pick, again = (rng.random() for _ in range(7))
    model = weighted_choice(rng, story.models) if len(story.models) > 1 else next(iter(story.models))
    exemplar = _exemplar(story, pick) if operator == "eot" else None
    insight = _insight(story, exemplar, again) if exemplar else None
    if operator == "eot" and exemplar is None:
        operator = "mutate"
    names: Sequence[str] = genome.names
    if operator == "crossover":
        names = differing(genome, brief.parents[1].genome)
        if not names:
            return None
    takes_all = operator in ("mutate", "create", "crossover") and whole < habits.whole_file
    segment = None if takes_all or not names else names[int(place * len(names))]
    if operator in AIMED and story.aim.segment in genome.names:
        segment = story.aim.segment
    if operator == "repair":
        failed = story.failure.segment if story.failure else None
        segment = failed if failed in genome.names else None
    temperature = temperature_in(operator, heat, brief.temperature, story.temperature_spread, story.temperatures)
    return Draws(
        operator,
        segment,
        persona,
        category,
        temperature,
        int(seed * (1 << 31)),
        edits < habits.edits,
        model,
        exemplar,
        insight,
        story.top_p,
    )


def differing(first: Genome, second: Genome) -> list[str]:
    """The segments of the same name whose texts differ."""
    return [
        segment.name
        for segment in first.segments
        if segment.name in second.names and second.segment(segment.name).text.strip() != segment.text.strip()
    ]


def _insight(story: Story, exemplar: tuple[Parent, str], again: float) -> Insight | None:
    """In every other case, an insight on record for this very change."""
    elite, segment = exemplar
    known = [insight for insight in story.insights if (insight.elite, insight.segment) == (elite.number, segment)]
    return known[-1] if known and again < REUSE else None


def _exemplar(story: Story, pick: float) -> tuple[Parent, str] | None:
    """An elite that differs from the seed, and where."""
    choices = [(elite, name) for elite in story.elites for name in differing(elite.genome, story.seed.genome)]
    return choices[int(pick * len(choices))] if choices else None
