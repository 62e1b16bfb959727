"""Calling the user back to the terminal when a run ends or breaks: a bell, or a notification of the desktop.

Off until chosen. The terminal passes it on, so it works over SSH too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.app import App

from ge_tui.tui.remembered import recall, remember
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.terminal.escapes import for_tmux, is_in_tmux, send
from ge_tui.tui.text.safe import clean_line

OFF, BELL, OSC9, OSC777 = "off", "bell", "osc9", "osc777"
WAYS = {
    OFF: "not at all",
    BELL: "ring the terminal's bell",
    OSC9: "a notification of the desktop, as iTerm2, kitty, WezTerm, Ghostty and Windows Terminal show it (OSC 9)",
    OSC777: "a notification of the desktop, as foot, urxvt and GNOME's terminals show it (OSC 777)",
}
_LONGEST = 200


class Alerting:
    """How the user wants to be called, and doing it."""

    def __init__(self, app: App[int]) -> None:
        self._app = app
        wanted = recall().get("alerts")
        self.way = wanted if isinstance(wanted, str) and wanted in WAYS else OFF

    def ask(self) -> None:
        """Let the user choose; the choice is tried at once."""

        def use(way: str | None) -> None:
            if way in WAYS:
                self.way = way
                remember({"alerts": way})
                self.call("ge-tui", "this is how a run will call you")

        ways = sorted(WAYS.items(), key=lambda way: way[0] != self.way)
        self._app.push_screen(Choice("When a run ends, breaks, or loses its model:", ways), use)

    def call(self, title: str, words: str) -> None:
        """Only for what somebody would get up for."""
        send(self._app, sequence(self.way, title, words, os.environ))


def sequence(way: str, title: str, words: str, environ: Mapping[str, str]) -> str:
    """What the terminal is sent; nothing of a run's own words can end the sequence early."""
    title, words = (clean_line(text).replace(";", ",")[:_LONGEST] for text in (title, words))
    match way:
        case "bell":
            return "\a"
        case "osc9":
            signs = f"\x1b]9;{title}: {words}\a"
        case "osc777":
            signs = f"\x1b]777;notify;{title};{words}\a"
        case _:
            return ""
    return for_tmux(signs) if is_in_tmux(environ) else signs
