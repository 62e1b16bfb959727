"""The help of a pane or a screen, made of its actions with the keys they have now. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.keys.keymap import Keymap

_PAIR = re.compile(r"`[^\x00-\x7f]` or `([\x21-\x7e])`")


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
