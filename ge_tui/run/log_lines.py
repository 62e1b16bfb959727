"""Every event of a run as a line with a level: the whole story, where `event_lines` tells it in short."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from ge_tui.printable import one_line
from ge_tui.run.event_lines import line_of
from ge_tui.run.store import EventRow
from ge_tui.run.summary import format_metric


class Level(IntEnum):
    """How much an event matters to someone who watches."""

    DEBUG = 0
    """What happens all the time: a call, an answer, a training that begins."""
    INFO = 1
    GOOD = 2
    WARNING = 3
    """Something went wrong that the search lives with."""
    ERROR = 4
    """The run cannot go on as it should."""


_LEVELS = {
    "run_created": Level.INFO,
    "run_running": Level.INFO,
    "run_stopped": Level.INFO,
    "recovered": Level.INFO,
    "references_frozen": Level.INFO,
    "settings": Level.INFO,
    "evaluated": Level.GOOD,
    "insight": Level.GOOD,
    "llm_back": Level.GOOD,
    "wording_won": Level.GOOD,
    "run_finished": Level.GOOD,
    "failed": Level.WARNING,
    "rejected": Level.WARNING,
    "control_refused": Level.WARNING,
    "act_refused": Level.WARNING,
    "all_failed": Level.WARNING,
    "wording_refused": Level.WARNING,
    "llm_unload_failed": Level.WARNING,
    "llm_away": Level.ERROR,
    "run_failed": Level.ERROR,
}


def level_of(event: EventRow) -> Level:
    """How much it matters. What is worth a line in short is worth an INFO at least."""
    if event.kind == "answered" and event.payload.get("failure"):
        return Level.WARNING
    if event.kind in _LEVELS:
        return _LEVELS[event.kind]
    return Level.INFO if line_of(event) else Level.DEBUG


def full_line_of(event: EventRow) -> str:
    """What happened, in one line of any length; empty for what another event tells already."""
    if event.kind in _LINES:
        return _LINES[event.kind](event)
    return line_of(event) or _unknown(event)


def _asking(event: EventRow) -> str:
    p = event.payload
    where = p.get("segment") or "the whole file"
    return (
        f"#{event.individual} asking {_spaced(p.get('persona'))} for {_spaced(p.get('category'))} in {where} "
        f"({p.get('operator')}, temperature {p.get('temperature')})"
    )


def _answered(event: EventRow) -> str:
    """Told twice: when the call is put on record, and by whoever made it; the first names the persona."""
    p = event.payload
    if "persona" not in p:
        return ""
    if p.get("failure"):
        return f"#{event.individual} not answered ({p['failure']}): {_whole(p.get('detail'))}"
    return f"#{event.individual} answered: {int(p.get('tokens') or 0):,} tokens in {float(p.get('seconds') or 0):.1f} s"


def _accepted(event: EventRow) -> str:
    steps = event.payload.get("steps") or []
    done = "; ".join(_whole(step.get("detail")) for step in steps if isinstance(step, dict))
    where = event.payload.get("segment")
    return f"#{event.individual} accepted" + (f" in {where}" if where else "") + (f": {done}" if done else "")


def _training(event: EventRow) -> str:
    p = event.payload
    return f"#{event.individual} in training: {p.get('recipe')}, rung {p.get('rung')}, {p.get('steps')} steps"


def _proposing(event: EventRow) -> str:
    p = event.payload
    return f"#{event.individual} proposing: {p.get('operator')}, generation {p.get('generation')}, slot {p.get('slot')}"


def _insight(event: EventRow) -> str:
    p = event.payload
    return f"#{event.individual} insight from #{p.get('elite')} in {p.get('segment')}: {_whole(p.get('text'))}"


def _references(event: EventRow) -> str:
    objectives = event.payload["objectives"]
    return "measured against " + ", ".join(
        f"{o['name']} {format_metric(o['name'], o['reference'])}" for o in objectives
    )


def _generation(event: EventRow) -> str:
    slots = event.payload.get("slots")
    return f"generation {event.payload.get('generation')} begun" + (f": {slots} slots" if slots else "")


def _session(event: EventRow) -> str:
    known = {name: value for name, value in event.payload.items() if isinstance(value, str | int | float)}
    return _whole("the engine began: " + ", ".join(f"{name} {value}" for name, value in known.items()))


def _told(event: EventRow, what: str) -> str:
    reason = _whole(event.payload.get("reason"))
    return f"{what}: {reason}" if reason else what


_LINES: dict[str, Callable[[EventRow], str]] = {
    "proposing": _proposing,
    "asking": _asking,
    "answered": _answered,
    "accepted": _accepted,
    "checked": lambda e: f"#{e.individual} passed its checks: {int(e.payload['params']):,} parameters",
    "training": _training,
    "interrupted": lambda e: (
        f"#{e.individual} gave its slot to a child"
        if e.payload.get("gave_way")
        else f"#{e.individual} interrupted; it will be trained again"
    ),
    "carried": lambda e: f"#{e.individual} goes on unchanged in generation {e.payload.get('generation')}",
    "insight": _insight,
    "failed": lambda e: _told(e, f"#{e.individual} failed ({e.payload.get('outcome')})"),
    "rejected": lambda e: _told(e, f"#{e.individual} rejected"),
    "control_refused": lambda e: _told(e, "control refused"),
    "llm_away": lambda e: _told(e, "waiting for the language model"),
    "run_failed": lambda e: _told(e, "the run failed"),
    "run_created": lambda e: f"run {_whole(e.payload.get('name'))} created",
    "run_running": lambda _: "the run is under way",
    "run_stopped": lambda e: _told(e, "the run was stopped"),
    "run_finished": lambda e: _told(e, "the run is finished"),
    "generation_opened": _generation,
    "slots": lambda e: f"up to {e.payload.get('slots')} trainings at once from now on",
    "references_frozen": _references,
    "session": _session,
    "recovered": line_of,
    "settings": lambda _: "the run's settings were changed",
}


def _unknown(event: EventRow) -> str:
    """An event of a kind that a newer program wrote."""
    about = f"#{event.individual} " if event.individual is not None else ""
    return f"{about}{_spaced(event.kind)} {_whole(', '.join(f'{k} {v}' for k, v in event.payload.items()))}".rstrip()


def _whole(text: object) -> str:
    return one_line(str(text or ""), 1 << 20)


def _spaced(name: object) -> str:
    return str(name or "?").replace("_", " ")
