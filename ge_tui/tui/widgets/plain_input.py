"""Textual's input line, as quiet as the rest of the screen."""

from __future__ import annotations

from textual.suggester import Suggester
from textual.widgets import Input


class PlainInput(Input):
    """In one line, with a cursor that stands still: one that blinks sends bytes for as long as nobody types."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        suggester: Suggester | None = None,
        max_length: int = 0,
        id: str | None = None,
    ) -> None:
        """`max_length`: of what may be typed; 0: any."""
        super().__init__(
            value, placeholder=placeholder, suggester=suggester, max_length=max_length, id=id, compact=True,
            select_on_focus=False,
        )  # fmt: skip
        self.cursor_blink = False
