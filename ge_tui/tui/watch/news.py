"""What of a run's news is worth a message, and how often. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ge_tui.run.event_lines import line_of
from ge_tui.run.summary import format_metric
from ge_tui.tui.watch import RunModel

Severity = Literal["information", "warning", "error"]
CHAMPION_S = 20.0
"""At most one message of a new best in this time; what came between is in the next."""
_TOLD: dict[str, Severity] = {"llm_away": "warning", "llm_back": "information", "all_failed": "warning"}
_CALLS = ("llm_away", "llm_back")


@dataclass(frozen=True, slots=True)
class Item:
    """A message."""

    title: str
    words: str
    severity: Severity = "information"
    calls: bool = False
    """Whether it is worth calling somebody back to the terminal."""


class News:
    """Looks at a run again and again; what was there at the first look is no news."""

    def __init__(self) -> None:
        self._best: int | None = None
        self._seen: int | None = None
        """The newest event that was looked at."""
        self._told_best_at = float("-inf")

    def look(self, model: RunModel, now: float) -> list[Item]:
        """What is new since the last look; `now` in seconds of any clock."""
        newest = model.events[-1].seq if model.events else 0
        if self._seen is None:
            if model.run is not None:
                self._seen, self._best = newest, self._best_of(model)
            return []
        seen, self._seen = self._seen, max(newest, self._seen)
        kinds = {event.kind: event for event in model.events if event.seq > seen and event.kind in _TOLD}
        items = [
            Item("The run", line_of(event), _TOLD[kind], calls=kind in _CALLS)
            for kind, event in sorted(kinds.items(), key=lambda one: one[1].seq)
        ]
        return items + self._champion(model, now)

    def _champion(self, model: RunModel, now: float) -> list[Item]:
        best = self._best_of(model)
        if best is None or best == self._best or now - self._told_best_at < CHAMPION_S:
            return []
        first, self._best = self._best is None, best
        if first:
            return []
        self._told_best_at = now
        one = model.individuals[best]
        measure = model.objectives[0].name
        value = model.original(one).metrics.get(measure)
        figures = f"{measure} {format_metric(measure, value)}" if value is not None else ""
        who = ", ".join(part for part in (one.operator, one.persona) if part)
        return [Item("A new best", f"#{best} {figures} ({who})")]

    @staticmethod
    def _best_of(model: RunModel) -> int | None:
        return model.best.number if model.best is not None else None
