"""Telling the other panes where the user is, once the cursor stands still."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from ge_tui.tui.panes.pane import Pane


class Announcer:
    """Holding down a cursor key makes one message of it, and what comes back of that is known as an echo."""

    def __init__(self, pane: Pane) -> None:
        self._pane = pane
        self._timer: Timer | None = None
        self.told: int | None = None
        """The last individual that others were told of, or that they told."""

    def hear(self, number: int) -> bool:
        """Others went to an individual; False: an echo of our own, the cursor may be further by now."""
        if number == self.told:
            return False
        self.told = number
        self.stop()
        return True

    def soon(self, rest_s: float, tell: Callable[[], None]) -> None:
        """Call `tell` once the cursor has rested so long."""
        self.stop()
        self._timer = self._pane.set_timer(rest_s, tell)

    def stop(self) -> None:
        """What was to be told soon is out of date, or told at once."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def tell(self, number: int | None) -> None:
        """The user is at an individual; nothing is said where others know."""
        self.stop()
        if number is not None and number != self.told:
            self.told = number
            self._pane.post_message(Pane.Selected(number, self._pane))
