"""The engine: the loop that proposes, evaluates and selects."""

from ge_tui.run.engine.engine import Ending, Engine

__all__ = ["Ending", "Engine"]
