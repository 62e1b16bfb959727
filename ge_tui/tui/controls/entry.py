"""A line to type a value or a name into, which says while it is typed whether it will do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from ge_tui.errors import UserError
from ge_tui.tui.widgets.plain_input import PlainInput

Check = Callable[[str], str]
"""What a text would come to, in words. Raises UserError."""


class Entry(Vertical):
    """Shown while something is asked for; Enter hands the text over, Escape nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]
    DEFAULT_CSS = """
    Entry { height: 2; display: none; background: $panel; }
    Entry Horizontal { height: 1; }
    Entry #entry-prompt { width: auto; max-width: 50%; padding: 0 1 0 0; color: $primary; text-style: bold; }
    Entry Input { width: 1fr; }
    Entry #entry-answer { height: 1; color: $text-muted; }
    Entry.wrong #entry-answer { color: $error; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._check: Check = lambda text: text
        self._take: Callable[[str], Awaitable[None]] | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(id="entry-prompt")
            yield PlainInput()
        yield Static(id="entry-answer")

    def ask(self, prompt: str, check: Check, take: Callable[[str], Awaitable[None]]) -> None:
        """Show the line; `take` gets a text that `check` lets pass."""
        self._check, self._take = check, take
        self.query_one("#entry-prompt", Static).update(Content(prompt))
        self.query_one("#entry-answer", Static).update(Content("Enter takes it, Escape leaves all as it is"))
        self.remove_class("wrong")
        field = self.query_one(Input)
        field.value = ""
        self.display = True
        field.focus()

    @on(Input.Changed)
    def _judge(self, event: Input.Changed) -> None:
        event.stop()
        if self.display and event.value:
            self._says(event.value)

    @on(Input.Submitted)
    async def _hand_over(self, event: Input.Submitted) -> None:
        event.stop()
        if self._says(event.value) and self._take is not None:
            take = self._take
            self.action_cancel()
            await take(event.value.strip())

    def action_cancel(self) -> None:
        self._take = None
        self.display = False
        if self.parent is not None:
            self.parent.query_one("ControlList").focus()

    def _says(self, text: str) -> bool:
        try:
            answer, wrong = self._check(text), False
        except UserError as error:
            answer, wrong = str(error), True
        self.set_class(wrong, "wrong")
        self.query_one("#entry-answer", Static).update(Content(("✗ " if wrong else "✓ ") + answer))
        return not wrong
