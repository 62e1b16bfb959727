"""How long an engine has worked."""

from __future__ import annotations

from collections.abc import Callable


class WorkClock:
    """Counts seconds of work; pauses are not counted. Exact to how often it ticks."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = now()
        self.seconds = 0.0
        """Worked since the engine began."""
        self._recorded = 0.0

    @property
    def unrecorded(self) -> float:
        """Seconds worked since `take` was last called."""
        return self.seconds - self._recorded

    def tick(self, *, paused: bool) -> None:
        """Count the time since the last tick, unless the run is paused."""
        now = self._now()
        if not paused:
            self.seconds += now - self._last
        self._last = now

    def take(self) -> float:
        """What was worked since it was last asked."""
        seconds, self._recorded = self.unrecorded, self.seconds
        return seconds
