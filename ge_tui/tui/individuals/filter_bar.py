"""Where the filter is typed: an input with a history, and under it what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input, Label, Static

from ge_tui.tui.individuals.query import And, Node, QueryError, complete, parse, without_beginning
from ge_tui.tui.widgets.plain_input import PlainInput

_PAUSE_S = 0.08
"""So long after the last key the filter is read."""
_KEPT = 50
_PROMPT = "/"
HINT = "front elite failed training · persona:expert outcome:shape · acc>0.9 params<500k gain>0 · -word, or, ( )"


class _Completions(Suggester):
    """Offers the rest of the word, to be taken with the right arrow."""

    def __init__(self, values: Callable[[], Mapping[str, Iterable[str]]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._values = values

    async def get_suggestion(self, value: str) -> str | None:
        return complete(value, self._values())


class _FilterInput(PlainInput):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Older filter", show=False),
        Binding("down", "newer", "Newer filter", show=False),
        Binding("escape", "give_up", "Clear the filter", show=False),
    ]

    class Older(Message):
        """The user wants the filter before, or after where `newer`."""

        def __init__(self, *, newer: bool) -> None:
            super().__init__()
            self.newer = newer

    class GivenUp(Message):
        """The user wants no filter."""

    def action_older(self) -> None:
        self.post_message(self.Older(newer=False))

    def action_newer(self) -> None:
        self.post_message(self.Older(newer=True))

    def action_give_up(self) -> None:
        self.post_message(self.GivenUp())


class FilterBar(Vertical):
    """Hidden until the user asks for it."""

    DEFAULT_CSS = """
    FilterBar {
        height: 2;
        display: none;
        background: $panel;
        &.-open { display: block; }
        & Horizontal { height: 1; }
        & Label { width: 2; color: $text-accent; text-style: bold; padding: 0; }
        & Input, & Input:focus { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
        & Static { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-wrong Static { color: $text-error; }
    }
    """

    class Changed(Message):
        """A filter that can be understood was typed."""

        def __init__(self, node: Node, text: str) -> None:
            super().__init__()
            self.node = node
            self.text = text

    class Closed(Message):
        """The user is done with it."""

    def __init__(self, values: Callable[[], Mapping[str, Iterable[str]]]) -> None:
        super().__init__()
        self.history: list[str] = []
        """The newest last."""
        self._values = values
        self._place = 0
        """In the history; at its end, what is being typed."""
        self._typed = ""
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(_PROMPT)
            yield _FilterInput(suggester=_Completions(self._values))
        yield Static(HINT)

    @property
    def input(self) -> Input:
        """What is typed into."""
        return self.query_one(_FilterInput)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.has_class("-open")

    def open(self, text: str) -> None:
        """Show it with the filter in force."""
        self._place = len(self.history)
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.cursor_position = len(text)
        self._say(None)
        self.add_class("-open")
        self.input.focus()

    def close(self) -> None:
        """Hide it; what was typed last is read first."""
        self._read()
        text = self.input.value.strip()
        if text and not self.has_class("-wrong"):
            self.history = [*(old for old in self.history if old != text), text][-_KEPT:]
        self.remove_class("-open")
        self.post_message(self.Closed())

    @on(Input.Changed)
    def _soon(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_PAUSE_S, lambda: self._read(typing=True))

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self._read()
        if not self.has_class("-wrong"):
            self.close()

    @on(_FilterInput.GivenUp)
    def _give_up(self) -> None:
        self.input.value = ""
        self.close()

    @on(_FilterInput.Older)
    def _from_history(self, event: _FilterInput.Older) -> None:
        if self._place == len(self.history):
            self._typed = self.input.value
        self._place = min(max(self._place + (1 if event.newer else -1), 0), len(self.history))
        self.input.value = [*self.history, self._typed][self._place]
        self.input.cursor_position = len(self.input.value)

    def _read(self, *, typing: bool = False) -> None:
        """Tell what the text means; one that means nothing leaves the last filter in force."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if typing and not self.is_open:
            return
        text = without_beginning(self.input.value) if typing else self.input.value
        try:
            node = parse(text)
        except QueryError as error:
            self._say(error)
            return
        self._say(None)
        self.post_message(self.Changed(node, "" if node == And(()) else text.strip()))

    def _say(self, error: QueryError | None) -> None:
        self.set_class(error is not None, "-wrong")
        line = HINT if error is None else pointing_line(error, len(_PROMPT) + 1, self.size.width)
        self.query_one(Static).update(Content(line), layout=False)


def pointing_line(error: QueryError, indent: int, width: int) -> str:
    """What is wrong, after a caret under the place; before it, where there is no room behind."""
    message, caret = str(error), indent + error.position
    if caret + 2 + len(message) <= width:
        return f"{' ' * caret}^ {message}"
    if len(message) + 1 <= caret < width:
        return f"{message:<{caret}}^"
    return f"at {error.position + 1}: {message}"
