"""One GPU for both: whether the language model stays in its memory while networks are trained."""

from ge_tui.run.residency.decision import Card, Decision, Housed, Mode, Situation, decide
from ge_tui.run.residency.freeing import Freeing
from ge_tui.run.residency.housing import Housing, house

__all__ = ["Card", "Decision", "Freeing", "Housed", "Housing", "Mode", "Situation", "decide", "house"]
