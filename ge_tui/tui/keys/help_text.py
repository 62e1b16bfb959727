"""The help of a pane or a screen, made of its actions with the keys they have now. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.keys.keymap import Keymap
from ge_tui.tui.text.view import TEXT_ACTIONS
from ge_tui.tui.widgets.line_list import LIST_ACTIONS

_PAIR = re.compile(r"`[^\x00-\x7f]` or `([\x21-\x7e])`")
_NAMED = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


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
    """Each `{scope.name}` of a text as the key that does it now; where none does, as the palette calls it.

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
