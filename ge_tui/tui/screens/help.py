"""What the pane in focus shows, and every key that works there. Loaded when it is first asked for: Markdown is slow."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

from ge_tui.tui.keys.help_text import in_ascii
from ge_tui.tui.terminal.abilities import speaks_unicode


class HelpScreen(ModalScreen[None]):
    """What the pane in focus shows, and every key that works there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark", "dismiss(None)", "Close"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll { width: 84; max-width: 96%; height: auto; max-height: 92%; background: $panel;
                                  padding: 1 2; }
    HelpScreen Markdown { margin: 0; padding: 0; background: $panel; }
    HelpScreen MarkdownTableContent { grid-gutter: 0; keyline: none; }
    HelpScreen MarkdownTableContent > .header { display: none; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text if speaks_unicode() else in_ascii(text)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown(self._text)

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)
