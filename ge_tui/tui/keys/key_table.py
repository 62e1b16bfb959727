"""All actions with their keys as rows, for the screen and the command line; the template of a keys.toml. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.keys.keymap import Keymap, conflicts


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An action and its keys."""

    name: str
    keys: str
    """As people write them."""
    usual: str
    """Before the user changed them."""
    help: str
    changed: bool
    conflict: bool

    @property
    def mark(self) -> str:
        """In front of the row: more than one action, changed, or nothing."""
        return "!" if self.conflict else "*" if self.changed else " "


def key_rows(keymap: Keymap, actions: Sequence[Action]) -> list[KeyRow]:
    """A row for each action, in their order."""
    clashing = {name for first, second, _ in conflicts(keymap, actions) for name in (first, second)}
    return [
        KeyRow(
            action.name,
            " ".join(map(key_name, keymap.of(action))),
            " ".join(map(key_name, Keymap().of(action))),
            action.help,
            keymap.of(action) != Keymap().of(action),
            action.name in clashing,
        )
        for action in actions
    ]


def template(actions: Sequence[Action]) -> str:
    """A keys.toml that changes nothing: every action as a comment."""
    parts = [
        "# Keys of ge-tui: an action's key, or a list of them; [] takes its keys away.\n"
        "# Keys are written as s, S, ctrl+s, alt+s, f5, shift+tab, enter, question_mark, slash.\n"
        "# Remove the # before a line to change it; `ge-tui keys` shows what is in force."
    ]
    for scope, group in groupby(actions, key=lambda action: action.scope):
        lines = [f"\n[{scope}]"]
        for action in group:
            keys = ", ".join(f'"{key}"' for key in Keymap().of(action))
            value = keys if keys.count('"') == 2 else f"[{keys}]"
            lines.append(f"# {action.method} = {value}  # {action.help}")
        parts.append("\n".join(lines))
    return "\n".join(parts) + "\n"
