"""Textual's input line, as quiet as the rest of the screen."""

from __future__ import annotations

from textual.widgets import Input


class PlainInput(Input):
    """In one line, with a cursor that stands still: one that blinks sends bytes for as long as nobody types."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
