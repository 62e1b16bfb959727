"""Pairs of answers for teaching a language model what worked: one prompt, a better child, a worse one.

The form is that of preference data sets (`prompt`, `chosen`, `rejected`), as trainers for direct preference
optimisation take it; the scores and where each side came from stand beside.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ge_tui.errors import UsageError, UserError
from ge_tui.run.pool import Pool
from ge_tui.run.store import Arm, IndividualRow, Status
from ge_tui.run.store.calls import KeptCall, calls_of
from ge_tui.run.store.queries import Queries
from ge_tui.run.store.values import to_json
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import Candidate, Objective, dominates

_CHANGES = frozenset({"create", "mutate", "eot"})
"""Operators that ask for the same: another version of a piece of code."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One answer to a prompt, and what became of it."""

    individual: int
    attempt: int
    operator: str
    segment: str | None
    parent: int
    """Whom the child was made from."""
    model: str
    system: str
    prompt: str
    answer: str
    candidate: Candidate | None
    """What its child measured; None where there was none, or it failed."""
    ending: str
    """`evaluated`, or how it came to nothing."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to questions about the same code."""

    better: Tried
    worse: Tried
    why: str


def pairs_of(tried: Sequence[Tried], objectives: Sequence[Objective]) -> list[Pair]:
    """Each answer that did better with one that did worse, of those that were asked the same. Pure.

    Asked the same is who was given the same parent and segment to change: the prompts differ in who is played and
    what else was known, the code is one. A child that was measured is better than none, and
    one that dominates another is better than that; where neither dominates, nothing is said. The prompt of a pair
    is that of its better side; what says the same in the same words is there once.
    """
    groups: dict[tuple[int, str, str | None], list[Tried]] = {}
    for one in tried:
        kind = "change" if one.operator in _CHANGES else one.operator
        groups.setdefault((one.parent, kind, one.segment), []).append(one)
    pairs = [pair for group in groups.values() for pair in _pairs(group, objectives)]
    return list({(pair.better.prompt, pair.better.answer, pair.worse.answer): pair for pair in pairs}.values())


def _pairs(group: Sequence[Tried], objectives: Sequence[Objective]) -> Iterator[Pair]:
    for better in group:
        for worse in group:
            why = _why_better(better, worse, objectives)
            if why and better.answer.strip() != worse.answer.strip():
                yield Pair(better, worse, why)


def _why_better(one: Tried, other: Tried, objectives: Sequence[Objective]) -> str:
    if one.candidate is None:
        return ""
    if other.candidate is None:
        return other.ending
    return "dominated" if dominates(one.candidate, other.candidate, objectives) else ""


def tried_in(run: Queries) -> list[Tried]:
    """Every complete answer of a run that tells what came of it alone: attempts with a single call."""
    pool = Pool(run, objectives_from(run.run().objectives))
    found = []
    for row in run.individuals("slot >= 0"):
        if row.arm is not Arm.EVOLUTION or not row.parents:
            continue
        attempts: dict[int, list[KeptCall]] = {}
        for kept in calls_of(run.connection, row.number):
            attempts.setdefault(kept.call.attempt, []).append(kept)
        last = max(attempts, default=0)
        found += [
            _tried(row, calls[0], pool, is_last=attempt == last)
            for attempt, calls in attempts.items()
            if len(calls) == 1 and calls[0].call.failure is None and calls[0].call.finished
        ]
    return [one for one in found if one is not None]


def _tried(row: IndividualRow, kept: KeptCall, pool: Pool, *, is_last: bool) -> Tried | None:
    call = kept.call
    is_source = row.arguments.get("attempt") == call.attempt
    if is_source and row.status is Status.EVALUATED:
        candidate, ending = pool.candidate(row.number), "evaluated"
        if candidate is None:  # it was not promoted: what it measured does not compare
            return None
    elif is_source and row.status is Status.FAILED:
        candidate, ending = None, f"failed: {row.outcome}"
    elif is_source or (is_last and row.status is Status.DUPLICATE):
        return None  # under way, pruned or known already: no fault of the answer's
    else:
        candidate, ending = None, kept.read_as or "refused"
    return Tried(
        row.number, call.attempt, call.operator, call.segment, row.parents[0], call.model, call.system, call.prompt,
        call.answer, candidate, ending,
    )  # fmt: skip


def as_row(pair: Pair) -> dict[str, Any]:
    """A pair as a line of the file."""
    return {
        "prompt": _messages(pair.better),
        "chosen": [{"role": "assistant", "content": pair.better.answer}],
        "rejected": [{"role": "assistant", "content": pair.worse.answer}],
        "chosen_score": _score(pair.better),
        "rejected_score": _score(pair.worse),
        "why": pair.why,
        "parent": pair.better.parent,
        "operator": pair.better.operator,
        "segment": pair.better.segment,
        "chosen_individual": pair.better.individual,
        "rejected_individual": pair.worse.individual,
        "chosen_model": pair.better.model,
        "rejected_model": pair.worse.model,
    }


def _messages(one: Tried) -> list[dict[str, str]]:
    system = [{"role": "system", "content": one.system}] if one.system else []
    return [*system, {"role": "user", "content": one.prompt}]


def _score(one: Tried) -> dict[str, float] | None:
    return dict(sorted(one.candidate.metrics.items())) if one.candidate is not None else None


def write_pairs(pairs: Iterable[Pair], file: Path) -> int:
    """Write one JSON object a line, whole or not at all; how many. Raises UserError."""
    if file.exists():
        raise UsageError(f"{file} exists already; delete it or choose another name")
    aside: str | None = None
    try:
        handle, aside = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with open(handle, "w", encoding="utf-8") as written:
            count = 0
            for pair in pairs:
                written.write(to_json(as_row(pair)) + "\n")
                count += 1
        os.link(aside, file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        if aside is not None:
            with suppress(OSError):
                Path(aside).unlink()
    return count


def export_pairs(run: Queries, file: Path) -> int:
    """All pairs of a run into a file; how many. Raises UserError."""
    return write_pairs(pairs_of(tried_in(run), objectives_from(run.run().objectives)), file)
