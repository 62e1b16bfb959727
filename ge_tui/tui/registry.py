"""All actions there are, collected from the screens and panes, for the palette and for help."""

from __future__ import annotations

from collections.abc import Sequence

from ge_tui.tui.actions import Action
from ge_tui.tui.key_line import key_name


def help_text(title: str, words: str, groups: Sequence[tuple[str, Sequence[Action]]]) -> str:
    """The help of what is in focus, in Markdown: what it shows, then its keys, then those that work everywhere."""
    parts = [f"## {title}", words.strip()]
    for name, actions in groups:
        shown = [action for action in actions if action.keys]
        if shown:
            rows = "\n".join(f"| `{_keys(action)}` | {action.help} |" for action in shown)
            parts.append(f"### {name}\n\n| key | |\n|---|---|\n{rows}")
    return "\n\n".join(part for part in parts if part)


def _keys(action: Action) -> str:
    return " ".join(key_name(key) for key in action.keys.split(","))
