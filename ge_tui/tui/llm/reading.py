"""Something to read in the LLM pane."""

from __future__ import annotations

from dataclasses import dataclass

from ge_tui.tui.llm.outcomes import Outcome
from ge_tui.tui.text.document import Document


@dataclass(slots=True)
class Reading:
    """Something to read: what was said, and what was asked."""

    answer: Document
    prompt: Document | None = None
    who: str = ""
    """Who was asked for what, in a line."""
    figures: str = ""
    raw_answer: str = ""
    """To the letter, for the clipboard."""
    raw_prompt: str = ""
    individual: int | None = None
    outcome: Outcome | None = None
