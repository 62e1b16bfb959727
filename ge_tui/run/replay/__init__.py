"""Deriving a run again from its record: the engine's own parts, fed with what models and trainings answered."""

from ge_tui.run.replay.difference import Difference
from ge_tui.run.replay.replay import Replayed, replay

__all__ = ["Difference", "Replayed", "replay"]
