"""The question of how the next child of an individual is to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ge_tui.tui.screens.dialogs import Dialog
from ge_tui.tui.text.safe import clean_line
from ge_tui.tui.widgets.plain_input import PlainInput

DRAWN = "drawn"
"""What is left to the run's own controls."""


class Wishes(Dialog[dict[str, str] | None]):
    """A line for each choice, and one for the user's own words; dismissed with what was chosen, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "Cancel"),
        ("left", "turn(-1)", "Before"),
        ("right", "turn(1)", "Next"),
    ]
    DEFAULT_CSS = """
    Wishes Label { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Wishes .hint { color: $text-muted; margin-top: 1; }
    Wishes OptionList { max-height: 6; padding: 0; }
    Wishes Input { margin-top: 1; background: $surface; }
    """

    def __init__(self, title: str, choices: Mapping[str, Sequence[str]], *, in_words: bool) -> None:
        """`choices` by their name; the first of each is what it begins with. `in_words`: an instruction too."""
        super().__init__()
        self._title = title
        self._choices = {name: list(values) for name, values in choices.items()}
        self._at = dict.fromkeys(self._choices, 0)
        self._in_words = in_words
        self.list = OptionList(*self._options(), markup=False)
        self.words = PlainInput(placeholder="what is to be done, in your own words")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._title, markup=False)
            yield self.list
            if self._in_words:
                yield self.words
            yield Label("left and right choose, tab goes on, enter asks for it, escape does not", classes="hint")

    def on_mount(self) -> None:
        self.list.highlighted = 0
        (self.words if self._in_words else self.list).focus()

    def _options(self) -> list[Option]:
        return [
            Option(f"{name:<10} < {clean_line(values[self._at[name]])} >", id=name)
            for name, values in self._choices.items()
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Left and right belong to the words while they are written."""
        return action != "turn" or self.focused is self.list

    def action_turn(self, step: int) -> None:
        index = self.list.highlighted
        if index is None:
            return
        name = list(self._choices)[index]
        self._at[name] = (self._at[name] + step) % len(self._choices[name])
        self.list.replace_option_prompt_at_index(index, self._options()[index].prompt)

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _done(self, message: Any) -> None:
        message.stop()
        chosen = {name: values[self._at[name]] for name, values in self._choices.items()}
        told = {name: value for name, value in chosen.items() if value != DRAWN}
        if self._in_words and self.words.value.strip():
            told["instruction"] = self.words.value.strip()
        self.dismiss(told)
