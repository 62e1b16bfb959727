"""Copying through the terminal, so that it works over SSH: OSC 52, and how tmux lets it through."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from ge_tui.tui.terminal.escapes import for_tmux, is_in_tmux

SAFE_LENGTH = 74_994
"""Characters of base64 that every terminal that takes OSC 52 is known to take."""


def sendable(text: str) -> str:
    """A text that is UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_long(text: str) -> bool:
    """Whether some terminals may refuse it."""
    return len(_encoded(text)) > SAFE_LENGTH


def through_tmux(text: str, environ: Mapping[str, str]) -> str:
    """What to send after the plain form inside tmux; empty outside.

    tmux takes the plain form where `set-clipboard` is on, and hands this one to the terminal around it
    where `allow-passthrough` is on.
    """
    return for_tmux(f"\x1b]52;c;{_encoded(text)}\a") if is_in_tmux(environ) else ""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
