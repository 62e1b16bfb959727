"""What every pane of the run screen is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from textual.message import Message
from textual.widget import Widget

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.steering import Steering
from ge_tui.tui.watch import Change, Feed, RunModel


class Watched(Protocol):
    """What a pane is given of the run it shows."""

    model: RunModel
    feed: Feed
    steering: Steering


class Pane(Widget):
    """A part of the run screen. It shows the model, and posts what the user does.

    A pane is mounted when it is first shown. `refresh_from` is called then with a change of everything, and
    later at most a few times a second, only for changes while it is visible; what changed while it was hidden
    comes in one call when it is shown again.
    """

    NAME: ClassVar[str]
    """One word, as in `population`; the scope of its actions."""
    TITLE: ClassVar[str]
    HELP: ClassVar[str]
    """What it shows and how to read it, in Markdown."""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()

    DEFAULT_CSS = """
    Pane { width: 1fr; height: 1fr; }
    """

    class Selected(Message):
        """The user went to an individual; every pane that shows one follows."""

        def __init__(self, number: int, pane: Pane | None = None) -> None:
            """`pane` is where it was made, which need not be told of it again."""
            super().__init__()
            self.number = number
            self.pane = pane

    class Marked(Message):
        """The user chose the individual to compare others with; None: no longer any."""

        def __init__(self, number: int | None) -> None:
            super().__init__()
            self.number = number

    class Wanted(Message):
        """The user wants another pane in front, as the diff on Enter in the table."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, watched: Watched) -> None:
        super().__init__(id=f"pane-{self.NAME}", classes="pane")
        self.watched = watched
        self.border_title = self.TITLE

    @property
    def model(self) -> RunModel:
        """The run as the screen knows it."""
        return self.watched.model

    @property
    def at_cursor(self) -> int | None:
        """The individual under the pane's own cursor, where it has one."""
        return None

    def refresh_from(self, change: Change) -> None:
        """Show what changed."""

    def select(self, number: int) -> None:
        """The shared selection moved to an individual."""

    def mark(self, number: int | None) -> None:
        """An individual was marked to compare others with; None: no longer any."""

    def remembered(self) -> dict[str, Any]:
        """Settings of the pane that are kept for the next time, as JSON has them."""
        return {}

    def restore(self, values: Mapping[str, Any]) -> None:
        """Take settings as they were remembered; what is not understood is left out."""
