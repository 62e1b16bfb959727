"""A run in the form others read: for `show`, for JSON, for any screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ge_tui.evaluation.outcome import STAGES, Outcome
from ge_tui.evaluation.task import RUNGS
from ge_tui.run.directory import RunDirectory
from ge_tui.run.pool import Pool
from ge_tui.run.store import IndividualRow, RunReader, Status
from ge_tui.run.store.records import Spread
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import Archive, Candidate, is_comparable, places

BELOW = "~"
"""Stands before what was measured at a lower rung than the run's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an individual stands among all of its run."""

    metrics: Mapping[str, float]
    rank: int | None
    """Of non-domination among all evaluated, those that were not promoted to the run's rung behind all that were;
    None for one that was not evaluated."""
    front: bool
    """In the archive: no other individual of the run is better in everything."""
    rung: str | None = None
    """The fidelity of its metrics."""
    below: bool = False
    """Whether that is lower than the run's: the metrics are not to be compared with those of others."""
    spread: Spread | None = None
    """Where it was trained more than once; the metrics are the means."""


def standings(reader: RunReader) -> dict[int, Standing]:
    """Every individual's metrics and place, duplicates with those of their originals."""
    objectives = objectives_from(reader.run().objectives)
    rows = reader.individuals()
    pool = Pool(reader, objectives)
    tiers = pool.tiers(row.number for row in rows if row.status is Status.EVALUATED)
    ranks = {place.candidate.number: place.rank for place in places(tiers, objectives)}
    members = {candidate.number for candidate in pool.front}
    metrics = {candidate.number: candidate.metrics for tier in tiers for candidate in tier}
    spreads = reader.spreads()
    lower = pool.rungs_below(metrics)
    rungs = {**reader.rungs(), **lower}

    def standing(row: IndividualRow) -> Standing:
        duplicate = row.status is Status.DUPLICATE
        number = reader.original(row.number) if duplicate else row.number
        front = number in members and not duplicate
        own = metrics.get(number, {}), ranks.get(number), front, rungs.get(number)
        return Standing(*own, number in lower, spreads.get(number))

    return {row.number: standing(row) for row in rows}


def best(reader: RunReader) -> int | None:
    """The individual that is best by the first objective, of those on the front."""
    objectives = objectives_from(reader.run().objectives)
    metrics = reader.metrics()
    able = [c for number, m in metrics.items() if is_comparable(c := Candidate(number, m), objectives)]
    members = Archive(objectives)
    for candidate in able:
        members.add(candidate)
    if not members.members:
        return None
    first = objectives[0]
    return min(
        members.members,
        key=lambda c: (-first.sign * c.metrics[first.name], c.metrics.get(first.tie_break or "", 0.0), c.number),
    ).number


def status_of(directory: RunDirectory, status: str) -> str:
    """The status as it is, not as last written: an engine that was killed could not write its end."""
    if status in ("running", "new") and not directory.is_open():
        return "crashed" if status == "running" else "new"
    return status


def run_as_json(directory: RunDirectory, reader: RunReader) -> dict[str, Any]:
    """The run and all of its individuals, as `show --json` prints them."""
    run = reader.run()
    where = standings(reader)
    return {
        "run": {
            "name": run.name,
            "status": status_of(directory, run.status),
            "reason": run.status_reason,
            "created_at": run.created_at,
            "seconds": run.seconds,
            "task": run.task["name"],
            "data": run.data,
            "settings": run.settings,
            "environment": run.environment,
            "objectives": run.objectives,
            "hypervolume": [row.hypervolume for row in reader.generations() if row.closed_at is not None],
            "generations": [asdict(row) for row in reader.generations()],
            "controls": [asdict(row) for row in reader.controls()],
        },
        "individuals": [individual_as_json(row, where[row.number]) for row in reader.individuals()],
    }


def individual_as_json(row: IndividualRow, standing: Standing) -> dict[str, Any]:
    """An individual as `show --json` prints it."""
    return {
        "number": row.number,
        "generation": row.generation,
        "slot": row.slot,
        "arm": row.arm,
        "operator": row.operator,
        "proposer": row.proposer,
        "persona": row.persona,
        "category": row.category,
        "segment": row.segment,
        "temperature": row.temperature,
        "arguments": row.arguments,
        "draw": row.draw,
        "control_seq": row.control_seq,
        "parents": list(row.parents),
        "status": row.status,
        "outcome": row.outcome,
        "reason": row.reason,
        "params": row.params,
        "metrics": dict(standing.metrics),
        "rung": standing.rung,
        "trainings": standing.spread.trainings if standing.spread else int(bool(standing.metrics)),
        "sd": standing.spread.sd if standing.spread else {},
        "rank": standing.rank,
        "front": standing.front,
        "duplicate_of": row.duplicate_of,
        "syntax_hash": row.syntax_hash,
        "fingerprint": row.fingerprint,
    }


def format_metric(name: str, value: float | None) -> str:
    """A metric as people read it."""
    if value is None:
        return "-"
    if name in ("params", "flops"):
        return f"{value:,.0f}"
    if name in ("accuracy", "loss", "overfit_gap"):
        return f"{value:.4f}"
    return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"


def value_in_words(standing: Standing, name: str) -> str:
    """A metric as people read it, with its deviation where there is one, marked where it is of a lower rung."""
    value = format_metric(name, standing.metrics.get(name))
    if standing.below and name in standing.metrics and not is_same_at_any_rung(name):
        return f"{BELOW}{value}"
    sd = standing.spread.sd.get(name, 0.0) if standing.spread else 0.0
    return f"{value} ±{format_metric(name, sd)}" if sd else value


def is_same_at_any_rung(metric: str) -> bool:
    """Whether a metric does not depend on how long a network was trained."""
    return metric in ("params", "flops")


def highest_below(lower: Mapping[str, Mapping[int, Mapping[str, float]]]) -> dict[int, tuple[str, Mapping[str, float]]]:
    """By individual the highest of the rungs below the run's own that it has a result at, and that result."""
    return {number: (rung, found) for rung in RUNGS for number, found in lower.get(rung, {}).items()}


def failures(rows: Sequence[IndividualRow]) -> dict[Outcome, int]:
    """How many individuals failed by each outcome, in the order of how far they came."""
    counts = {
        outcome: sum(row.outcome is outcome and row.status is Status.FAILED for row in rows) for outcome in STAGES
    }
    return {outcome: number for outcome, number in counts.items() if number}
