"""What the app needs of its terminal and what the user wants of it, asked before it starts.

What is wanted comes from the command line or the environment, and is handed on in the environment: the app's own
imports read it there, and so does every process that it starts.
"""

from __future__ import annotations

import os
import sys

from ge_tui.errors import UsageError

ASCII, COLOUR, MOUSE, THEME = "GE_TUI_ASCII", "GE_TUI_COLOR", "GE_TUI_MOUSE", "GE_TUI_THEME"
COLOURS = ("auto", "always", "never", "16", "256", "truecolor")
_TEXTUAL_COLOUR = "TEXTUAL_COLOR_SYSTEM"
_OFF = ("", "0", "no", "off", "false")


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


def encoding() -> str:
    """What the terminal's letters are written in."""
    stream = sys.__stderr__  # inside a running app `sys.stderr` is Textual's
    return getattr(stream, "encoding", None) or "ascii"


def speaks_unicode() -> bool:
    """Whether the terminal has the signs the screen likes; ASCII stands in for them otherwise.

    The font of the Linux console has a few hundred signs, and neither dots nor small bars are among them.
    """
    wanted = os.environ.get(ASCII)
    if wanted is not None:
        return wanted.lower() in _OFF
    return os.environ.get("TERM") != "linux" and _is_utf(encoding())


def _is_utf(name: str) -> bool:
    return name.lower().replace("-", "") in ("utf8", "utf16", "utf32")


def ascii_reason() -> str:
    """Why the screen is drawn in ASCII though nobody asked for it; empty where it is not."""
    if ASCII in os.environ or speaks_unicode():
        return ""
    if os.environ.get("TERM") == "linux":
        return "the Linux console's font has few signs, so everything is drawn in ASCII"
    return (
        f"this terminal's encoding is {encoding()}, so everything is drawn in ASCII; for the real signs use a "
        "UTF-8 locale, as in LC_ALL=C.UTF-8"
    )


def colour_choice() -> str:
    """One of COLOURS: the user's, or what NO_COLOR and the terminal suggest."""
    wanted = os.environ.get(COLOUR, "")
    if wanted:
        if wanted not in COLOURS:
            raise UsageError(f"{COLOUR} is '{wanted}'; there are: {', '.join(COLOURS)}")
        return wanted
    return "never" if os.environ.get("NO_COLOR") else "auto"


def settle_colours() -> None:
    """Let Textual know how many colours are wanted; it reads the environment when it is imported."""
    choice = colour_choice()
    if choice not in ("auto", "always", "never"):
        os.environ[_TEXTUAL_COLOUR] = "standard" if choice == "16" else choice
    os.environ[COLOUR] = choice


def mouse_wanted() -> bool | None:
    """None: nobody said."""
    wanted = os.environ.get(MOUSE)
    return None if wanted is None else wanted.lower() not in _OFF
