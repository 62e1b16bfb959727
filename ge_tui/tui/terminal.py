"""What the app needs of its terminal, asked before it starts."""

from __future__ import annotations

import os
import sys

from ge_tui.errors import UsageError


def check_terminal() -> None:
    """Raises UsageError where there is no terminal to draw on. Textual draws on standard error."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "the app needs a terminal for its keys and its screen; without one use `ge-tui run`, `ge-tui runs` "
            "and `ge-tui show`"
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise UsageError(
            "the terminal says that it can draw nothing (TERM is "
            f"'{os.environ.get('TERM', '')}'); set TERM, for instance to xterm-256color, or use `ge-tui run`"
        )


def speaks_unicode() -> bool:
    """Whether the terminal's encoding has the signs the screen likes; ASCII stands in for them otherwise."""
    stream = sys.__stderr__  # inside a running app `sys.stderr` is Textual's
    encoding = getattr(stream, "encoding", None) or "ascii"
    return encoding.lower().replace("-", "") in ("utf8", "utf16", "utf32")
