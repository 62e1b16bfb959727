"""The engine: the loop that proposes, evaluates and selects."""

from ge_tui.run.engine.engine import Ending, Engine
from ge_tui.run.engine.parts import RunPlan

__all__ = ["Ending", "Engine", "RunPlan"]
