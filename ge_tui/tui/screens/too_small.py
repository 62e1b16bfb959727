"""What stands in a terminal that is too small for anything else."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static


class TooSmall(ModalScreen[None]):
    """Goes away by itself when the terminal grows."""

    DEFAULT_CSS = "TooSmall { background: $background; } TooSmall Static { width: 1fr; height: 1fr; }"

    def __init__(self, smallest: tuple[int, int]) -> None:
        super().__init__()
        self._smallest = smallest

    def compose(self) -> ComposeResult:
        yield Static()

    def on_resize(self) -> None:
        width, height = self._smallest
        here = f"{self.app.size.width}x{self.app.size.height}"
        self.query_one(Static).update(f"too small: {here}\nat least {width}x{height}, please")
