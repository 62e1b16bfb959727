"""Small questions in front of a screen: a list of answers, and help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Markdown, OptionList, Static
from textual.widgets.option_list import Option


class Choice(ModalScreen[str | None]):
    """One question, a few answers; escape answers nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss(None)", "Cancel")]
    DEFAULT_CSS = """
    Choice { align: center middle; background: $background 60%; }
    Choice > Vertical { width: 64; max-width: 95%; height: auto; max-height: 95%; background: $panel; padding: 1 2; }
    Choice OptionList { height: auto; max-height: 16; border: none; background: $panel; margin-top: 1; }
    Choice OptionList:focus { border: none; }
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


class HelpScreen(ModalScreen[None]):
    """What the pane in focus shows, and every key that works there."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark", "dismiss(None)", "Close")]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 84; max-width: 96%; height: auto; max-height: 92%; background: $panel;
                                  padding: 1 2; }
    HelpScreen Markdown { margin: 0; padding: 0; background: $panel; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown(self._text)
