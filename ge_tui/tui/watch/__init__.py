"""What the screen knows of a run, and how it hears of what is new. No widget, no Textual."""

from ge_tui.tui.watch.feed import Feed
from ge_tui.tui.watch.run_model import RunModel
from ge_tui.tui.watch.values import Change, Individual, Part, Update

__all__ = ["Change", "Feed", "Individual", "Part", "RunModel", "Update"]
