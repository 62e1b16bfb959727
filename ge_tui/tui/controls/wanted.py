"""What the user wants of each control, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile
from typing import Any

from ge_tui.llm.offline import OPERATORS
from ge_tui.run.store import ControlRow
from ge_tui.tui.controls.catalogue import DELIBERATE, by_key, default_of
from ge_tui.tui.controls.checks import bare
from ge_tui.tui.controls.effect import when
from ge_tui.tui.steering import Steering
from ge_tui.tui.watch import RunModel

SHOWN_S = 5.0
"""How long a row says that its change came into force; a refusal stays twice as long."""
_NAMES = {"operator": tuple(OPERATORS)}
"""Of tables that name nothing by default."""


class Stage(Enum):
    """How far a change is."""

    NONE = auto()
    DRAFT = auto()
    """Not sent yet: the slider still moves, or the change is to be confirmed."""
    SENT = auto()
    IN_FORCE = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class News:
    """What a row says of its change."""

    stage: Stage = Stage.NONE
    words: str = ""


NO_NEWS = News()


@dataclass(frozen=True, slots=True)
class _Settled:
    news: News
    until: float


class Wanted:
    """A draft, else a request that is not answered, else what is in force."""

    def __init__(self, model: RunModel, steering: Steering) -> None:
        self._model = model
        self._steering = steering
        self.drafts: dict[str, Any] = {}
        self._settled: dict[str, _Settled] = {}
        self._taken: set[str] = set()
        self._seen = 0
        self._refusals_seen = len(steering.refusals)

    def in_force(self, key: str) -> Any:
        """Raises KeyError for what is no control."""
        value = self._model.controls.get(key)
        return default_of(key) if value is None else value

    def sent(self, key: str) -> Any:
        """As `value`, without drafts."""
        pending = self._steering.pending.get(key)
        return pending.value if pending is not None and pending.id not in self._taken else self.in_force(key)

    def value(self, key: str) -> Any:
        """What is wanted of a control. Raises KeyError for what is no control."""
        return self.drafts[key] if key in self.drafts else self.sent(key)

    def names(self, table: str) -> list[str]:
        """The names that a table of weights has in this run, as far as the controls tell."""
        prefix = f"{table}."
        known = dict.fromkeys(_NAMES.get(table) or by_key()[table].default or ())
        keys = (*self._model.controls, *self._steering.pending)
        return list(known | dict.fromkeys(key.removeprefix(prefix) for key in keys if key.startswith(prefix)))

    def launched_with(self, key: str) -> Any:
        """The value the run began with."""
        for row in self._model.control_rows:
            if row.key == key and row.actor == "launch":
                return row.new
        return default_of(key)

    def catch_up(self, now: float) -> tuple[list[ControlRow], list[str]]:
        """What came on record since the last time, and the ids of requests that were refused."""
        rows = list(takewhile(lambda row: row.seq > self._seen, reversed(self._model.control_rows)))[::-1]
        first, self._seen = self._seen == 0, rows[-1].seq if rows else self._seen
        self._taken |= {row.request for row in rows if row.request}
        if first:
            return [], []
        for row in rows:
            if row.key.partition(".")[0] in by_key():
                by = "" if row.actor == "user" else f" (by {row.actor})"
                words = f"in force {when(row.key, row.new, self.in_force)}{by}"
                self._settled[row.key] = _Settled(News(Stage.IN_FORCE, words), now + SHOWN_S)
        refusals = self._steering.refusals[self._refusals_seen :]
        self._refusals_seen += len(refusals)
        for pending, reason in refusals:
            self._settled[pending.key] = _Settled(
                News(Stage.REFUSED, f"refused: {bare(reason, pending.key)}"), now + 2 * SHOWN_S
            )
        return rows, [pending.id for pending, _ in refusals]

    def news(self, key: str, now: float) -> News:
        """What a row says of its control's last change."""
        if key in self.drafts and key in DELIBERATE:
            return News(Stage.DRAFT, "→ Enter sends it, Escape forgets it")
        if key in self.drafts:
            return News(Stage.DRAFT, f"→ {when(key, self.drafts[key], self.value)}")
        pending = self._steering.pending.get(key)
        if pending is not None and pending.id not in self._taken:
            effect = when(key, pending.value, self.sent)
            return News(Stage.SENT, f"→ {effect}" if self._model.alive else "→ when the run goes on")
        settled = self._settled.get(key)
        return settled.news if settled is not None and now < settled.until else NO_NEWS

    def next_expiry(self, now: float) -> float | None:
        """Seconds until some row has nothing to say any more."""
        left = [settled.until - now for settled in self._settled.values() if settled.until > now]
        return min(left) if left else None
