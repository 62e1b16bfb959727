"""Every action and its keys, and what is wrong in the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_table import KeyRow, key_rows
from ge_tui.tui.keys.keymap import Keymap, keys_file


class KeysScreen(ModalScreen[None]):
    """A list to read; keys are changed in a file."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,enter", "dismiss(None)", "Close"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
    ]
    DEFAULT_CSS = """
    KeysScreen { align: center middle; background: $background 60%; }
    KeysScreen > VerticalScroll { width: 116; max-width: 96%; height: auto; max-height: 92%; background: $panel;
                                  padding: 1 2; }
    KeysScreen Static { width: auto; }
    """

    def __init__(self, keymap: Keymap, actions: Sequence[Action]) -> None:
        super().__init__()
        self._keymap = keymap
        self._rows = key_rows(keymap, actions)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._head(), classes="head")
            yield Static(Content("\n").join(map(_line, self._rows)))

    def _head(self) -> Content:
        file = keys_file()
        words = f"Keys of your own go into {file}; `ge-tui keys --write` begins it. * changed, ! more than one action."
        problems = [Content.styled(problem, "$text-error") for problem in self._keymap.problems]
        return Content("\n").join([Content(words), *problems, Content("")])

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)


def _line(row: KeyRow) -> Content:
    style = "$text-error" if row.conflict else "$text-accent" if row.changed else ""
    return Content.assemble((f"{row.mark} {row.name:<26}", style), (f"{row.keys:<16} ", "bold"), row.help)
