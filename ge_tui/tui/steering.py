"""Changing controls from the screen: a request goes into the run's inbox, the engine answers in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import ControlRow, EventRow


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that was sent and is not in force yet."""

    id: str
    key: str
    value: Any
    at: float
    """When it was sent, on the monotonic clock."""


class Steering:
    """Sends changes, and knows which of them the engine has not answered yet."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self.pending: dict[str, Pending] = {}
        """By control; the newest change of each."""
        self.refusals: list[tuple[Pending, str]] = []
        """Every change that the engine refused, the newest last, with the reason."""

    async def send(self, key: str, value: Any) -> Pending:
        """Ask for a change; on disk when this returns. Raises OSError where the run's folder cannot be written."""
        request = await asyncio.get_running_loop().run_in_executor(None, inbox.send, self._directory.inbox, key, value)
        pending = Pending(request.id, key, value, time.monotonic())
        self.pending[key] = pending
        return pending

    def settle(self, controls: Iterable[ControlRow], events: Iterable[EventRow]) -> list[tuple[Pending, str]]:
        """Take in what the engine wrote; the changes that it refused, with the reason."""
        taken = {row.request for row in controls}
        refusals = {
            e.payload.get("request"): str(e.payload.get("reason")) for e in events if e.kind == "control_refused"
        }
        refused = [(p, refusals[p.id]) for p in self.pending.values() if p.id in refusals]
        self.refusals += refused
        self.pending = {k: p for k, p in self.pending.items() if p.id not in taken and p.id not in refusals}
        return refused
