"""All actions there are, collected from the screens and panes, for the palette and for help."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from textual.app import App

from ge_tui.tui.actions import Action
from ge_tui.tui.key_line import key_name
from ge_tui.tui.keymap import Keymap
from ge_tui.tui.line_list import LIST_ACTIONS
from ge_tui.tui.text_view import TEXT_ACTIONS

_PAIR = re.compile(r"`[^\x00-\x7f]` or `([\x21-\x7e])`")
_NAMED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


def all_actions() -> list[Action]:
    """Every action of the app. What they belong to is imported, which takes a while."""
    from ge_tui.tui.app_actions import APP_ACTIONS  # noqa: PLC0415  (screens import this module)
    from ge_tui.tui.hands.actions import HANDS  # noqa: PLC0415
    from ge_tui.tui.new_run.actions import ACTIONS as NEW_RUN_ACTIONS  # noqa: PLC0415
    from ge_tui.tui.panes import GO_ACTIONS, PANES  # noqa: PLC0415
    from ge_tui.tui.run_actions import ACTIONS as RUN_ACTIONS  # noqa: PLC0415
    from ge_tui.tui.screens import welcome  # noqa: PLC0415

    groups = [APP_ACTIONS, welcome.ACTIONS, NEW_RUN_ACTIONS, RUN_ACTIONS, GO_ACTIONS]
    groups += [entry.load().ACTIONS for entry in PANES]
    return [action for group in (*groups, HANDS, LIST_ACTIONS, TEXT_ACTIONS) for action in group]


def keymap_of(app: App[Any]) -> Keymap:
    """The user's keys, where the app has any."""
    found = getattr(app, "keymap", None)
    return found if isinstance(found, Keymap) else Keymap()


def help_text(
    title: str, words: str, groups: Sequence[tuple[str, Sequence[Action]]], keymap: Keymap | None = None
) -> str:
    """The help of what is in focus, in Markdown: what it shows, then its keys, then those that work everywhere."""
    keymap = keymap or Keymap()
    known = [action for _, actions in groups for action in actions]
    parts = [f"## {title}", with_keys(words.strip(), (*known, *LIST_ACTIONS, *TEXT_ACTIONS), keymap)]
    for name, actions in groups:
        shown = [action for action in keymap.shown(actions) if action.keys]
        if shown:
            rows = "\n".join(f"| `{_keys(action)}` | {action.help} |" for action in shown)
            parts.append(f"### {with_keys(name, known, keymap)}\n\n| key | |\n|---|---|\n{rows}")
    return "\n\n".join(part for part in parts if part)


def with_keys(words: str, actions: Iterable[Action], keymap: Keymap, *, quoted: bool = True) -> str:
    """Each `{scope.name}` of a text as the key that does it now; where none does, as the palette calls it. Pure.

    `quoted`: keys stand between backquotes, as Markdown wants them.
    """
    known = {action.name: action for action in actions}

    def key(match: re.Match[str]) -> str:
        if match[1] not in known:
            return match[0]
        (action,) = keymap.shown([known[match[1]]])
        if not action.keys:
            return f"{action.scope.capitalize()}: {action.label} in the palette"
        return f"`{key_name(action.keys)}`" if quoted else key_name(action.keys)

    return _NAMED.sub(key, words)


def in_ascii(words: str) -> str:
    """Of a sign and the one that stands for it in ASCII (`★` or `*`), only the latter."""
    return _PAIR.sub(r"`\1`", words)


def _keys(action: Action) -> str:
    return " ".join(key_name(key) for key in action.keys.split(","))
