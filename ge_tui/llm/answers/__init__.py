"""Reading answers: from what a language model wrote to a child's source, or to the reason why not.

Pure: no I/O, no torch, and nothing of an answer is run.
"""

from ge_tui.llm.answers.model import Child, Refusal, RefusalReason, Request
from ge_tui.llm.answers.reader import read_answer

__all__ = ["Child", "Refusal", "RefusalReason", "Request", "read_answer"]
