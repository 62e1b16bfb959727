"""All actions there are, collected from the screens and panes, for the palette and for help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from textual.app import App

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.keys.keymap import Keymap

_PAIR = re.compile(r"`[^\x00-\x7f]` or `([\x21-\x7e])`")


def all_actions() -> list[Action]:
    """Every action of the app. What they belong to is imported, which takes a while."""
    from ge_tui.tui.keys.app_actions import APP_ACTIONS  # noqa: PLC0415  (screens import this module)
    from ge_tui.tui.new_run.actions import ACTIONS as NEW_RUN_ACTIONS  # noqa: PLC0415
    from ge_tui.tui.panes.entries import GO_ACTIONS, PANES  # noqa: PLC0415
    from ge_tui.tui.screens import run, welcome  # noqa: PLC0415
    from ge_tui.tui.text.view import TEXT_ACTIONS  # noqa: PLC0415
    from ge_tui.tui.widgets.line_list import LIST_ACTIONS  # noqa: PLC0415

    groups = [APP_ACTIONS, welcome.ACTIONS, NEW_RUN_ACTIONS, run.ACTIONS, GO_ACTIONS]
    groups += [entry.load().ACTIONS for entry in PANES]
    return [action for group in (*groups, LIST_ACTIONS, TEXT_ACTIONS) for action in group]


def keymap_of(app: App[Any]) -> Keymap:
    """The user's keys, where the app has any."""
    found = getattr(app, "keymap", None)
    return found if isinstance(found, Keymap) else Keymap()


def help_text(
    title: str, words: str, groups: Sequence[tuple[str, Sequence[Action]]], keymap: Keymap | None = None
) -> str:
    """The help of what is in focus, in Markdown: what it shows, then its keys, then those that work everywhere."""
    parts = [f"## {title}", words.strip()]
    for name, actions in groups:
        shown = [action for action in (keymap or Keymap()).shown(actions) if action.keys]
        if shown:
            rows = "\n".join(f"| `{_keys(action)}` | {action.help} |" for action in shown)
            parts.append(f"### {name}\n\n| key | |\n|---|---|\n{rows}")
    return "\n\n".join(part for part in parts if part)


def in_ascii(words: str) -> str:
    """Of a sign and the one that stands for it in ASCII (`★` or `*`), only the latter."""
    return _PAIR.sub(r"`\1`", words)


def _keys(action: Action) -> str:
    return " ".join(key_name(key) for key in action.keys.split(","))
