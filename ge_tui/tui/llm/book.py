"""The calls on record, in short, as far as they are known; and those of them that are shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.run.store.call_list import CallInShort
from ge_tui.run.store.live_calls import Key

_LOOKED_AT = 100
"""So many of the newest calls may still become settled; one that was cut off never will."""


class CallBook:
    """Grows by what is asked for `after`."""

    def __init__(self) -> None:
        self.calls: list[CallInShort] = []
        self.shown: list[CallInShort] = []
        self.individual: int | None = None
        """Only calls for this one are shown; None: all."""

    @property
    def after(self) -> int:
        """Calls with a higher id are new, or not settled yet."""
        newest = self.calls[-_LOOKED_AT:]
        unsettled = next((call.id for call in newest if not call.settled), None)
        if unsettled is not None:
            return unsettled - 1
        return newest[-1].id if newest else 0

    def take(self, calls: Sequence[CallInShort]) -> bool:
        """Take in the calls after `after`; whether any is new or another."""
        if not calls:
            return False
        keep = len(self.calls)
        while keep and self.calls[keep - 1].id >= calls[0].id:
            keep -= 1
        if self.calls[keep:] == list(calls):
            return False
        self.calls[keep:] = calls
        self.filter(self.individual)
        return True

    def filter(self, individual: int | None) -> None:
        """Show only the calls for an individual, or all."""
        self.individual = individual
        self.shown = [call for call in self.calls if individual is None or call.individual == individual]

    def newest_of(self, individual: int) -> int:
        """Where the last shown call for an individual stands; -1 where there is none."""
        return next((i for i in range(len(self.shown) - 1, -1, -1) if self.shown[i].individual == individual), -1)

    def find(self, key: Key) -> CallInShort | None:
        """The newest call of a key."""
        return next((call for call in reversed(self.calls) if call.key == key), None)
