"""Small questions in front of a screen; the plainest is a list of answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList, Static
from textual.widgets.option_list import Option

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A box in the middle, with a list in it where there is something to choose from."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > Vertical { width: 84; max-width: 95%; height: auto; max-height: 95%; background: $panel; padding: 1 2; }
    Dialog OptionList { height: auto; max-height: 16; border: none; background: $panel; margin-top: 1; }
    Dialog OptionList:focus { border: none; }
    """


class Choice(Dialog[str | None]):
    """One question, a few answers; escape answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss(None)", "Cancel")]
    DEFAULT_CSS = """
    Choice > Vertical { width: 64; }
    """

    def __init__(self, question: str, answers: Sequence[tuple[str, str]], *, detail: str = "") -> None:
        """`answers` are names and the words shown for them; the first is where the cursor begins."""
        super().__init__()
        self._question = question
        self._detail = detail
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._question, markup=False)
            if self._detail:
                yield Static(self._detail, markup=False, classes="detail")
            yield OptionList(*(Option(words, id=name) for name, words in self._answers), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)
