"""Words in a line that stays: sent only when they are others."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


def say(widget: Static, text: str, *, layout: bool = False) -> None:
    """Show a text as it is, no markup; `layout`: it may take more lines or fewer than before."""
    if (content := Content(text)) != widget.content:
        widget.update(content, layout=layout)
