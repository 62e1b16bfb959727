"""The words that the filter knows."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from ge_tui.run.store import Status
from ge_tui.run.stored_objectives import DIRECTIONS
from ge_tui.tui.individuals.facts import Facts

FLAGS: dict[str, Callable[[Facts], bool]] = {
    "front": lambda f: f.one.front,
    "elite": lambda f: f.one.elite,
    "seed": lambda f: f.is_seed,
    "evaluated": lambda f: f.one.status is Status.EVALUATED,
    "failed": lambda f: f.one.status is Status.FAILED,
    "training": lambda f: f.one.status is Status.EVALUATING,
    "waiting": lambda f: f.one.status in (Status.WAITING, Status.PROPOSING),
    "duplicate": lambda f: f.one.status is Status.DUPLICATE,
    "rejected": lambda f: f.one.status is Status.REJECTED,
    "pinned": lambda f: f.one.pinned,
    "vetoed": lambda f: f.one.vetoed,
    "asked": lambda f: bool(f.one.asked),
}

TEXTS: dict[str, Callable[[Facts], str | None]] = {
    "persona": lambda f: f.one.persona,
    "operator": lambda f: f.one.operator,
    "category": lambda f: f.one.category,
    "segment": lambda f: f.one.segment,
    "model": lambda f: f.model,
    "status": lambda f: f.one.status.value,
    "outcome": lambda f: f.one.outcome and f.one.outcome.value,
    "reason": lambda f: f.one.reason,
    "rung": lambda f: f.one.rung,
}
"""Fields that hold words."""


def _metric(name: str) -> Callable[[Facts], tuple[float, ...]]:
    return lambda f: _one(f.metric(name))


def _one(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


NUMBERS: dict[str, Callable[[Facts], tuple[float, ...]]] = {
    "number": lambda f: (f.one.number,),
    "generation": lambda f: (f.one.generation,),
    "gain": lambda f: _one(f.gain),
    "temperature": lambda f: _one(f.one.temperature),
    "parent": lambda f: f.one.parents,
    "duplicate_of": lambda f: _one(f.one.duplicate_of),
    **{name: _metric(name) for name in DIRECTIONS},
}
"""Fields that hold numbers: none, one, or several as the parents."""

ALIASES = {
    "acc": "accuracy", "gen": "generation", "op": "operator", "cat": "category", "seg": "segment",
    "temp": "temperature", "num": "number", "parents": "parent", "of": "duplicate_of", "latency": "latency_ms",
}  # fmt: skip


def field_named(name: str) -> str | None:
    """The field of a name, a short name, or the beginning of one name only."""
    name = name.casefold()
    if name in TEXTS or name in NUMBERS:
        return name
    if name in ALIASES:
        return ALIASES[name]
    longer = {field for field in (*TEXTS, *NUMBERS) if field.startswith(name)} if len(name) >= 3 else set()
    return longer.pop() if len(longer) == 1 else None


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word that was probably meant."""
    close = difflib.get_close_matches(word.casefold(), list(words), n=1, cutoff=0.7)
    return close[0] if close else None
