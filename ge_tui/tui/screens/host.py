"""What screens ask of the app: to go to another screen."""

from __future__ import annotations

from typing import Any, Protocol, cast

from textual.app import App

from ge_tui.run.directory import RunDirectory


class Host(Protocol):
    """The app, as far as its screens know it."""

    def open_run(self, directory: RunDirectory, *, start: bool = False) -> None:
        """Go to a run's screen; `start` begins or resumes it."""

    def switch_to_welcome(self) -> None:
        """Go to the list of runs, whatever stands in front."""


def host_of(app: App[Any]) -> Host:
    """The same app: only ours shows these screens, and they cannot import it, for it imports them."""
    return cast("Host", app)
