"""What speaks for an insight: the elite it came from, and what became of the children it was used in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ge_tui.run.memory import improved, still_helps
from ge_tui.run.store import Status
from ge_tui.run.store.insights import KeptInsight
from ge_tui.run.summary import format_metric
from ge_tui.search import Candidate, Objective
from ge_tui.tui.llm.outcomes import spaced
from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.text.document import Document, Part, part_of
from ge_tui.tui.text.safe import clean
from ge_tui.tui.watch import Individual

_FINAL = frozenset({Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED})


@dataclass(frozen=True, slots=True)
class Use:
    """A child that was made with an insight."""

    number: int
    helped: bool | None
    """Measured, and not dominated by its parent; None: its end is not known yet."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An insight and what became of it."""

    insight: KeptInsight
    uses: tuple[Use, ...]
    """Where it was used again, the oldest first."""
    maker: Use
    """The child in whose making it was said."""
    alive: bool
    """Whether it may be used again."""

    @property
    def tally(self) -> str:
        """How often it helped, of how many known uses."""
        known = [use.helped for use in self.uses if use.helped is not None]
        return f"{sum(known)}/{len(known)}" if known else "-"


def gather(
    insights: Sequence[KeptInsight],
    uses: Mapping[int, Sequence[int]],
    individuals: Mapping[int, Individual],
    objectives: Sequence[Objective],
) -> list[Evidence]:
    """The newest first."""

    def use(number: int) -> Use:
        return Use(number, helped_of(individuals.get(number), individuals, objectives))

    found = []
    for insight in reversed(insights):
        used = tuple(use(number) for number in uses.get(insight.id, ()))
        alive = still_helps([bool(one.helped) for one in used])
        found.append(Evidence(insight, used, use(insight.individual), alive))
    return found


def helped_of(
    one: Individual | None, individuals: Mapping[int, Individual], objectives: Sequence[Objective]
) -> bool | None:
    """Whether a child was measured and is not dominated by its parent; None where its end is not known."""
    if one is None or one.status not in _FINAL:
        return None
    parent = individuals.get(one.parents[0]) if one.parents else None
    child = _candidate(one) if one.status is Status.EVALUATED else None
    return improved(child, _candidate(parent) if parent is not None else None, objectives)


def _candidate(one: Individual) -> Candidate | None:
    return Candidate(one.number, one.metrics) if one.metrics else None


def insight_reading(
    evidence: Evidence, individuals: Mapping[int, Individual], objectives: Sequence[Objective]
) -> Reading:
    """The insight, and what speaks for it."""
    document = _document(evidence, individuals, objectives)
    insight = evidence.insight
    who = f"insight {insight.id}, of #{insight.individual}"
    return Reading(document, None, who, raw_answer=insight.text, individual=insight.individual)


def _document(evidence: Evidence, individuals: Mapping[int, Individual], objectives: Sequence[Objective]) -> Document:
    insight = evidence.insight
    elite = individuals.get(insight.elite)
    seed = next((one for one in individuals.values() if one.operator == "seed"), None)
    persona = individuals[insight.individual].persona if insight.individual in individuals else None
    tally = f"it helped in {evidence.tally} of its uses since" if evidence.uses else "it was not used since"
    state = f"may be used again; {tally}" if evidence.alive else f"dropped, as its last uses did not help; {tally}"
    said = f"said in the making of #{insight.individual}" + (f" by {spaced(persona)}" if persona else "")
    lines = [
        f"{said}, from how #{insight.elite} differs from the seed in {clean(insight.segment)}",
        state,
    ]
    return Document(
        part_of(insight.text, "insight", "strong"),
        Part("where it is from", lines=lines),
        Part("the elite against the seed", lines=_compared(elite, seed, objectives)),
        Part("the children it was used in", lines=[_as_line(evidence.maker, individuals, objectives, first=True),
             *(_as_line(use, individuals, objectives) for use in evidence.uses)]),
    )  # fmt: skip


def _compared(elite: Individual | None, seed: Individual | None, objectives: Sequence[Objective]) -> list[str]:
    if elite is None or seed is None:
        return ["they are not known here"]
    lines = []
    for objective in objectives:
        own, before = elite.metrics.get(objective.name), seed.metrics.get(objective.name)
        if own is None or before is None:
            continue
        better = "same" if own == before else "better" if (own > before) == (objective.direction == "max") else "worse"
        shown, old = format_metric(objective.name, own), format_metric(objective.name, before)
        lines.append(f"{objective.name:<10} {shown:>12}  seed {old:>12}  {better}")
    return lines or ["they were not measured"]


def _as_line(
    use: Use, individuals: Mapping[int, Individual], objectives: Sequence[Objective], *, first: bool = False
) -> str:
    signs = {True: "✓ improved", False: "✗ did not", None: "… not known"}
    one = individuals.get(use.number)
    metrics = one.metrics if one is not None else {}
    shown = "  ".join(f"{o.name} {format_metric(o.name, metrics[o.name])}" for o in objectives if o.name in metrics)
    parent = one.parents[0] if one is not None and one.parents else None
    from_parent = f"  from #{parent}" if parent is not None else ""
    return f"{signs[use.helped]:<11} #{use.number}{from_parent}  {shown}{'  (said there)' if first else ''}".rstrip()
