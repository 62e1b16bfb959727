"""Taking changes back, whoever made them, and making them again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ge_tui.run.store import ControlRow

HOUSEKEEPING = frozenset({"launch", "resume"})
"""Who sets controls only to begin or to go on."""


@dataclass(frozen=True, slots=True)
class Step:
    """One control's change."""

    key: str
    old: Any
    new: Any


@dataclass(slots=True)
class _Entry:
    steps: list[Step]
    requests: dict[str, Step] = field(default_factory=dict)


class UndoLog:
    """What can be undone, the newest last. A group of changes that was made together is taken back together."""

    def __init__(self) -> None:
        self._done: list[_Entry] = []
        self._undone: list[_Entry] = []
        self._own: set[str] = set()

    def did(self, steps: Sequence[Step], requests: Sequence[str]) -> None:
        """The user made some changes together, by requests with these ids."""
        self._done.append(_Entry(list(steps), dict(zip(requests, steps, strict=True))))
        self._undone.clear()
        self._own |= set(requests)

    def sent_again(self, requests: Iterable[str]) -> None:
        """Requests that take back, or make again: they are no changes to be undone themselves."""
        self._own |= set(requests)

    def take(self, rows: Iterable[ControlRow]) -> None:
        """Changes on record: those of others can be undone too."""
        for row in rows:
            if row.request in self._own or row.actor in HOUSEKEEPING:
                continue
            self._done.append(_Entry([Step(row.key, row.old, row.new)]))

    def refused(self, request: str) -> None:
        """A change that never came into force is none to be undone."""
        for entry in self._done:
            step = entry.requests.pop(request, None)
            if step is not None:
                entry.steps.remove(step)
        self._done = [entry for entry in self._done if entry.steps]

    def undo(self) -> list[Step]:
        """What to send to take the newest change back; empty where there is none."""
        if not self._done:
            return []
        entry = self._done.pop()
        self._undone.append(entry)
        return [Step(step.key, step.new, step.old) for step in reversed(entry.steps)]

    def redo(self) -> list[Step]:
        """What to send to make again what was taken back last; empty where there is nothing."""
        if not self._undone:
            return []
        entry = self._undone.pop()
        self._done.append(entry)
        return list(entry.steps)
