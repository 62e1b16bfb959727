"""When the LLM pane asks the store: once at a time, and what is dear no more often than now and then."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Awaitable, Callable

from ge_tui.errors import UserError

DEAR_S = 3.0
"""What is dear to fetch is fetched no more often than this."""


class Fetching:
    """Asked for as often as anything happens; what comes while it is fetched is fetched right after."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
        start: Callable[[Callable[[], Awaitable[None]]], None],
    ) -> None:
        """`fetch` fetches once; `say` is told of trouble; `start` begins work beside the event loop's other work."""
        self._fetch = fetch
        self._say = say
        self._start = start
        self._asking = self._ask_again = False
        self._dear_at = -DEAR_S
        self._dear_is_old = True

    @property
    def dear_is_due(self) -> bool:
        """Whether what is dear may be fetched again."""
        return self._dear_at + DEAR_S <= time.monotonic()

    @property
    def dear_waits(self) -> bool:
        """Whether something is new of it, too."""
        return self._dear_is_old and self.dear_is_due

    def begin_dear(self, *, still_old: bool) -> None:
        """What is told from now on is new; `still_old`: there was no use for it, so nothing is fetched."""
        self._dear_is_old = still_old

    def end_dear(self) -> None:
        """What is dear was fetched."""
        self._dear_at = time.monotonic()

    def ask(self, *, dear_too: bool = False) -> None:
        """Fetch what is new."""
        self._dear_is_old = self._dear_is_old or dear_too
        self._ask_again = True
        if not self._asking:
            self._asking = True
            self._start(self._until_done)

    def hurry(self) -> None:
        """Fetch everything now: something else is looked at."""
        self._dear_at = -DEAR_S
        self.ask()

    async def _until_done(self) -> None:
        try:
            while self._ask_again:
                self._ask_again = False
                await self._fetch()
        except (UserError, sqlite3.Error) as error:
            self._say(str(error))
        finally:
            self._asking = False
