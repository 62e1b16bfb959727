"""Where a run's time went: how busy its training slots and its proposer were, and who waited for what. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ge_tui.run.store import EventRow, RunReader
from ge_tui.run.store.records import TRAINING_ENDED

Span = tuple[float, float]
"""From when to when, seconds since the epoch."""

_PROPOSED = frozenset({"accepted", "duplicate", "rejected"})
_CHECKED = frozenset({"checked", "duplicate", "failed"})
_ENDED = frozenset({"run_finished", "run_stopped", "run_failed"})


class Stage(StrEnum):
    """What an individual goes through; each stage ends with an event."""

    PROPOSAL = "proposal"
    CHECK = "check"
    SLOT = "slot"
    """Checked, and waiting for a training slot."""
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Busy:
    """How busy something was that can do so many things at once."""

    places: int
    """The latest number."""
    offered_s: float
    """Working time of all places, as many as there were."""
    seconds: float
    """Of work, over all places."""
    utilisation: float
    """The part of all places' working time; 0 where there was none."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where the time of a run went."""

    worked_s: float
    """While an engine ran and was not paused."""
    sessions: int
    slots: Busy
    """The training slots."""
    lanes: Busy
    """The lanes of the language model; without one, the proposals."""
    asks: bool
    """Whether a language model was asked."""
    idle_s: Mapping[str, float]
    """Slot time without a training, by what was under way: a check, a proposal, nothing."""
    stages: Mapping[Stage, float]
    """What individuals spent in each stage, all together."""
    individuals: int


def timeline_of(reader: RunReader) -> Timeline:
    """The timeline of a run as it stands."""
    run = reader.run()
    calls = [
        (at - seconds, at) for at, seconds in reader.connection.execute("SELECT at, total_s FROM llm_call ORDER BY id")
    ]
    lanes = int(run.settings["ollama"]["lanes"]) if calls else 1
    return timeline(reader.events(), calls, int(run.environment.get("slots") or 0), lanes)


def timeline(events: Sequence[EventRow], calls: Sequence[Span], slots: int, lanes: int) -> Timeline:
    """The timeline of a run's events and of its calls to a language model.

    `slots` 0: as many as ever trained at once. What was under way when an engine died counts up to its last event.
    """
    work, sessions = _work(events)
    stages = {stage: _clip(spans, work) for stage, spans in _stages(events).items()}
    trainings = stages[Stage.TRAINING]
    slots = slots or max((count for _, _, (count,) in _sweep(work, [trainings])), default=0) or 1
    places = _clip(_places(events, slots), work)
    asked = _clip(calls, work) if calls else stages[Stage.PROPOSAL]
    worked = _length(work)
    idle = {"check": 0.0, "proposal": 0.0, "nothing": 0.0}
    for begin, end, (there, training, checking, proposing) in _sweep(
        work, [places, trainings, stages[Stage.CHECK], stages[Stage.PROPOSAL]]
    ):
        cause = "check" if checking else "proposal" if proposing else "nothing"
        idle[cause] += max(0, there - training) * (end - begin)
    return Timeline(
        worked,
        sessions,
        _busy(slots, trainings, _length(places)),
        _busy(lanes, asked, lanes * worked),
        bool(calls),
        idle,
        {stage: _length(spans) for stage, spans in stages.items()},
        len({event.individual for event in events if event.kind == "proposing"}),
    )


def _work(events: Sequence[EventRow]) -> tuple[list[Span], int]:
    """When an engine worked, pauses left out; and how many sessions there were."""
    spans: list[Span] = []
    since, sessions, last = None, 0, 0.0
    for event in events:
        if event.kind in _ENDED or event.kind == "recovered":  # without an end: the engine died
            end = event.at if event.kind in _ENDED else last
            spans += [(since, end)] if since is not None else []
            since = None
        elif event.kind == "run_running":
            since, sessions = event.at, sessions + 1
        elif event.kind == "control" and event.payload.get("key") == "pause" and sessions:
            if event.payload.get("new") and since is not None:
                spans, since = [*spans, (since, event.at)], None
            elif not event.payload.get("new") and since is None:
                since = event.at
        last = event.at
    if since is not None:
        spans.append((since, last))
    return spans, sessions


def _places(events: Sequence[EventRow], latest: int) -> list[Span]:
    """When each training slot was there; `latest` is their number where the events do not say it."""
    told = [(event.at, int(event.payload["slots"])) for event in events if event.payload.get("slots")
            and event.kind in ("session", "slots")]  # fmt: skip
    changes = [(-math.inf, told[0][1] if told else latest), *told, (math.inf, 0)]
    return [(since, until) for (since, count), (until, _) in pairwise(changes) for _ in range(count) if until > since]


def _stages(events: Iterable[EventRow]) -> dict[Stage, list[Span]]:
    """When each individual was in which stage."""
    spans: dict[Stage, list[Span]] = {stage: [] for stage in Stage}
    open_: dict[tuple[Stage, int], dict[object, float]] = {}
    """Since when, by evaluation: an individual may be in several trainings at once."""

    def end(stage: Stage, number: int, at: float, which: object = None, *, counts: bool = True) -> None:
        begun = open_.get((stage, number))
        if begun:
            since = begun.pop(which if which in begun else next(iter(begun)))
            spans[stage] += [(since, at)] if counts else []

    def end_all(at: float) -> None:
        for (stage, number), begun in open_.items():
            for which in list(begun):
                end(stage, number, at, which)

    last = 0.0
    for event in events:
        number, which = event.individual, event.payload.get("evaluation")
        if event.kind == "recovered":
            end_all(last)
        last = event.at
        if number is None:
            continue
        if event.kind == "training":
            end(Stage.SLOT, number, event.at)
        for stage, ending in ((Stage.PROPOSAL, _PROPOSED), (Stage.CHECK, _CHECKED)):
            if event.kind in ending:
                end(stage, number, event.at)
        if event.kind in TRAINING_ENDED:  # one that gave way came to nothing: its slot was idle
            end(Stage.TRAINING, number, event.at, which, counts=not event.payload.get("gave_way"))
        begins = {"proposing": Stage.PROPOSAL, "accepted": Stage.CHECK, "checked": Stage.SLOT}
        stage_begun = Stage.TRAINING if event.kind == "training" else begins.get(event.kind)
        if stage_begun is not None:
            open_.setdefault((stage_begun, number), {})[which] = event.at
    end_all(last)
    return spans


def _sweep(work: Sequence[Span], kinds: Sequence[Sequence[Span]]) -> Iterable[tuple[float, float, tuple[int, ...]]]:
    """The pieces of working time between two changes, with how many spans of each kind cover them."""
    changes: list[tuple[float, int, int]] = [(at, -1, sign) for span in work for at, sign in _ends(span)]
    for kind, spans in enumerate(kinds):
        changes += [(at, kind, sign) for span in spans for at, sign in _ends(span)]
    counts = dict.fromkeys(range(-1, len(kinds)), 0)
    before = 0.0
    for at, kind, sign in sorted(changes):
        if counts[-1] and at > before:
            yield before, at, tuple(counts[kind] for kind in range(len(kinds)))
        counts[kind] += sign
        before = at


def _ends(span: Span) -> tuple[tuple[float, int], tuple[float, int]]:
    return (span[0], 1), (span[1], -1)


def _clip(spans: Iterable[Span], work: Sequence[Span]) -> list[Span]:
    """What of some spans lies in working time."""
    return [
        (max(begin, since), min(end, until))
        for begin, end in spans
        for since, until in work
        if min(end, until) > max(begin, since)
    ]


def _busy(places: int, spans: Sequence[Span], offered: float) -> Busy:
    seconds = _length(spans)
    return Busy(places, offered, seconds, seconds / offered if offered else 0.0)


def _length(spans: Iterable[Span]) -> float:
    return sum(end - begin for begin, end in spans)
