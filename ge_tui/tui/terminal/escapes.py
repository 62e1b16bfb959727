"""What the terminal is sent beside the picture: sequences of our own, also through a tmux in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App


def send(app: App[Any], signs: str) -> None:
    """At once; nothing where the app draws on no terminal. Textual has no public way to it."""
    if app._driver is not None and signs:
        app._driver.write(signs)
        app._driver.flush()


def is_in_tmux(environ: Mapping[str, str]) -> bool:
    """Whether a tmux stands between the app and the terminal."""
    return bool(environ.get("TMUX"))


def for_tmux(signs: str) -> str:
    """A sequence that tmux hands on to the terminal around it, where `allow-passthrough` is on."""
    return f"\x1bPtmux;{signs.replace(chr(27), chr(27) * 2)}\x1b\\"
