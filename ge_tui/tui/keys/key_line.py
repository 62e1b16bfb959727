"""The last line: the keys of what is in focus. One widget of one line, where Textual's footer is a dozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.keys import format_key
from textual.markup import escape
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.keys.keymap import keymap_of
from ge_tui.tui.terminal.abilities import speaks_unicode


def key_name(keys: str) -> str:
    """The first of an action's keys as people write it; in words where a terminal has no sign for it."""
    key = keys.split(",", maxsplit=1)[0].strip()
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    shown = format_key(key)
    return shown if shown.isascii() or speaks_unicode() else key


def help_with_keys(action: Action) -> str:
    """An action's sentence, its keys behind it, as markup."""
    keys = " ".join(key_name(key) for key in action.keys.split(",")) if action.keys else ""
    return escape(f"{action.help} ({keys})" if keys else action.help)


class KeyLine(Widget):
    """Keys and what they do; a click does it too."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; background: $panel; color: $text-muted; padding: 0 1;
              .key-line--key { color: $accent; text-style: bold; } }
    """

    class Clicked(Message):
        """The user clicked what a key does."""

        def __init__(self, action: Action) -> None:
            super().__init__()
            self.action = action

    def __init__(self) -> None:
        super().__init__()
        self._actions: tuple[Action, ...] = ()
        self._spans: list[tuple[int, int, Action]] = []

    def show(self, actions: Sequence[Action]) -> None:
        """The most useful first: what does not fit is left out. With the keys the user gave them."""
        shown = tuple(action for action in keymap_of(self.app).shown(actions) if action.keys)
        if shown != self._actions:
            self._actions = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        plain, strong = self.rich_style, self.rich_style + self.get_component_rich_style("key-line--key")
        segments: list[Segment] = []
        self._spans = []
        at, width = 0, self.content_size.width
        for action in self._actions:
            key = key_name(action.keys)
            length = len(key) + 1 + len(action.label)
            if at + length > width:
                break
            segments += [Segment(key, strong), Segment(f" {action.label.lower()}  ", plain)]
            self._spans.append((at, at + length, action))
            at += length + 2
        return Strip(segments).adjust_cell_length(width, plain)

    def on_click(self, event: events.Click) -> None:
        x = event.x - self.styles.padding.left
        for start, end, action in self._spans:
            if start <= x < end:
                self.post_message(self.Clicked(action))
