"""Children without a language model: operators on the source text that keep shapes, comments and markers.

They are what a machine without Ollama evolves with, and the baseline a language model has to beat. Each
looks for its handles in the syntax tree of any genome, its own children and those of an LLM included; a dry
run over the tree (`shapes`) tells it which widths are tied and which blocks keep the shape, and checks the
child.
Everything is deterministic for a given generator. Nothing is executed, and torch is never imported.
"""

from ge_tui.llm.offline.choose import mutate
from ge_tui.llm.offline.crossover import crossover
from ge_tui.llm.offline.edit import Edit, OfflineOperator
from ge_tui.llm.offline.operators import OPERATORS

__all__ = ["OPERATORS", "Edit", "OfflineOperator", "crossover", "mutate"]
