"""Acts on their way: sent, taken up by an engine or put on record here, and told of when they take effect."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from ge_tui.run import inbox
from ge_tui.run.acts.words import what_comes, what_was_done
from ge_tui.run.controls import take_requests
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store.acts import ActKind, ActRow, ActState, NewAct


class Sending:
    """Knows which acts were asked for on this screen, and what was told of each."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._told: dict[str, str] = {}
        """By request, what was said last."""

    async def send(self, act: NewAct) -> bool:
        """Ask for it; whether it was put on record here, for no engine works. Raises OSError, UserError."""
        request = await asyncio.to_thread(inbox.send_act, self._directory.inbox, act)
        self._told[request.id] = ""
        return await asyncio.to_thread(take_requests, self._directory)

    def news(self, rows: Iterable[ActRow], *, works: bool, paused: bool) -> list[tuple[str, bool]]:
        """What is to be told of acts that were sent from here, and whether it is bad news."""
        found = []
        for row in rows:
            before = self._told.get(row.request or "")
            if before is None or row.request is None:
                continue
            words = _news_of(row, works=works, paused=paused)
            if words and words != before:
                self._told[row.request] = words
                found.append((words, row.state is ActState.REFUSED))
        return found


def _news_of(row: ActRow, *, works: bool, paused: bool) -> str:
    if row.state is ActState.DONE and row.child is None:
        if row.kind is ActKind.KILL:
            return f"the training of #{row.individual} was ended"
        if row.outcome:
            return f"{what_was_done(row)}: {row.outcome}"
    return what_comes(row, works=works, paused=paused)
