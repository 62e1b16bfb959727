"""The menu of what can be done with an individual; what cannot is grey, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.key_line import key_name
from ge_tui.tui.screens.dialogs import Dialog

_LABEL = 15
_AROUND = 4
"""Lines of the menu besides its list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the menu."""

    action: Action
    label: str
    why_not: str
    """Empty: it can be done."""


class ActMenu(Dialog[str | None]):
    """What can be done; dismissed with the name of the act, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,A", "dismiss(None)", "Cancel")]
    DEFAULT_CSS = """
    ActMenu Label { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    ActMenu OptionList { padding: 0; }
    ActMenu OptionList > .option-list--option { text-wrap: nowrap; text-overflow: ellipsis; padding: 0; }
    """

    def __init__(self, title: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._title = title
        self._entries = entries

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._title, markup=False)
            yield OptionList(*map(_option, self._entries), markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """The list scrolls where it does not fit."""
        self.query_one(OptionList).styles.max_height = max(1, int(event.size.height * 0.95) - _AROUND)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def on_key(self, event: events.Key) -> None:
        """The key that does it elsewhere does it here."""
        for entry in self._entries:
            if entry.action.keys and event.key in entry.action.keys.split(","):
                event.stop()
                if entry.why_not:
                    self.notify(entry.why_not, markup=False)
                else:
                    self.dismiss(entry.action.method)


def _option(entry: Entry) -> Option:
    key = key_name(entry.action.keys) if entry.action.keys else " "
    text = f"{key}  {entry.label:<{_LABEL}}  {entry.why_not or entry.action.help}"
    return Option(Content(text), id=entry.action.method, disabled=bool(entry.why_not))
