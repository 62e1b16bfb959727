"""The individual under the cursor, in two lines."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from ge_tui.search import Objective
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.signs import Tone
from ge_tui.tui.individuals.summary import origin, result
from ge_tui.tui.widgets.saying import say


class Card(Widget):
    """Who made it of whom, and what came of it."""

    DEFAULT_CSS = """
    Card {
        layout: vertical;
        height: auto;
        & > Static { height: 1; text-wrap: nowrap; text-overflow: ellipsis; background: $surface; padding: 0 1; }
        & > .card--result { color: $text-muted; }
        & > .card--result.-bad { color: $text-error; }
        & > .card--result.-busy { color: $text-accent; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.origin = Static(classes="card--origin")
        self.result = Static(classes="card--result")

    def compose(self) -> ComposeResult:
        yield self.origin
        yield self.result

    def show(self, facts: Facts | None, objectives: Sequence[Objective], separator: str, nobody: str) -> None:
        """`nobody`: what is said where there is no individual."""
        above, (below, tone) = nobody, ("", Tone.PLAIN)
        if facts is not None:
            above, (below, tone) = origin(facts, separator), result(facts, objectives, separator)
        say(self.origin, above)
        say(self.result, below)
        self.result.set_class(tone is Tone.BAD, "-bad")
        self.result.set_class(tone is Tone.BUSY, "-busy")
