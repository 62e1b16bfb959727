"""One field of the form: its name, its value, and beside it what it may be or what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from ge_tui.tui.new_run.choice_line import ChoiceLine
from ge_tui.tui.new_run.fields import Field
from ge_tui.tui.text.safe import clean_line, cut, fit
from ge_tui.tui.widgets.plain_input import PlainInput


class FieldRow(Widget):
    """A line of the form."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field-row--label",
        "field-row--focused",
        "field-row--note",
        "field-row--problem",
        "field-row--changed",
    }
    DEFAULT_CSS = """
    FieldRow { layout: horizontal; height: 1;
        .field-row--label { color: $foreground; }
        .field-row--focused { color: $primary; text-style: bold; }
        .field-row--changed { color: $accent; }
        .field-row--note { color: $text-muted; }
        .field-row--problem { color: $error; text-style: bold; }
    }
    FieldRow > Input { margin-left: 16; width: 12; background: $panel; }
    FieldRow.text > Input { width: 45%; }
    FieldRow > ChoiceLine { margin-left: 16; }
    FieldRow.long > Input { margin-left: 27; }
    FieldRow.long.text > Input { width: 30%; }
    FieldRow.long > ChoiceLine { margin-left: 27; }
    """

    class Changed(Message):
        """The user changed a value."""

        def __init__(self, row: FieldRow, text: str) -> None:
            super().__init__()
            self.row = row
            self.text = text

    class Entered(Message):
        """The user is done with a field."""

        def __init__(self, row: FieldRow) -> None:
            super().__init__()
            self.row = row

    def __init__(self, field: Field, text: str, *, long: bool = False) -> None:
        """`long`: with room for a long name."""
        super().__init__(classes=f"{'text' if field.is_text else ''} {'long' if long else ''}")
        self.field = field
        self._text = text
        self._problem = ""
        self._note = ""
        self._changed = False
        self._focused = False

    def compose(self) -> ComposeResult:
        if self.field.choices:
            yield ChoiceLine(self.field.choices, self._text)
        else:
            yield PlainInput(self._text, placeholder=self._placeholder())

    def _placeholder(self) -> str:
        return self.field.default if not self._text else ""

    @property
    def text(self) -> str:
        """Its value as it stands there."""
        return self._text

    @property
    def problem(self) -> str:
        """What is wrong with it; empty: nothing."""
        return self._problem

    @property
    def editor(self) -> Widget:
        """What takes the focus."""
        return self.children[0]

    @property
    def full_note(self) -> str:
        """All there is to say of it."""
        if self._problem:
            return f"{self.field.key} {self._problem}"
        usual = f"; usually {self.field.default}" if self.field.default else ""
        note = f"{self._note}; " if self._note else ""
        return f"{self.field.key}: {note}{self.field.help} ({self.field.rule}{usual})"

    def show(self, text: str, *, changed: bool) -> None:
        """Another value, without telling anybody."""
        if (text, changed) == (self._text, self._changed):
            return
        self._changed = changed
        if text != self._text:
            self._text = text
            if self.is_mounted:
                self._write(text)
        self.refresh()

    def _write(self, text: str) -> None:
        editor = self.editor
        if isinstance(editor, ChoiceLine):
            editor.show(text)
        elif isinstance(editor, Input):
            with editor.prevent(Input.Changed):
                editor.value = text

    def judge(self, problem: str, note: str = "") -> None:
        """What is wrong, or else what is worth saying of the value."""
        if (problem, note) != (self._problem, self._note):
            self._problem, self._note = problem, note
            self.refresh()

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        self._take(event.value)

    @on(ChoiceLine.Changed)
    def _on_chosen(self, event: ChoiceLine.Changed) -> None:
        event.stop()
        self._take(event.value)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self))

    def _take(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.post_message(self.Changed(self, text))

    def on_descendant_focus(self) -> None:
        self._focused = True
        self.refresh()

    def on_descendant_blur(self) -> None:
        self._focused = False
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.editor.focus()

    # -- drawing -----------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.content_size.width
        plain = self.rich_style
        if y or not self.children:
            return Strip.blank(width, plain)
        editor = self.editor.region
        start, end = editor.x - self.region.x, editor.right - self.region.x + 2
        segments = [*self._label(start - 1), Segment(" " * (end - start + 1), plain), *self._beside(width - end)]
        return Strip(segments).adjust_cell_length(width, plain)

    def _label(self, width: int) -> Iterator[Segment]:
        name = "field-row--focused" if self._focused else "field-row--label"
        label = self.rich_style + self.get_component_rich_style(name)
        mark = self.rich_style + self.get_component_rich_style("field-row--changed")
        yield Segment("*" if self._changed else " ", mark)
        yield Segment(fit(f" {self.field.label}", width - 1), label)

    def _beside(self, width: int) -> Iterator[Segment]:
        if self._problem:
            style = self.get_component_rich_style("field-row--problem")
            yield Segment(cut(clean_line(f"! {self._problem}"), width), self.rich_style + style)
        elif width > 3:
            words = self._note or self.field.help
            style = self.get_component_rich_style("field-row--note")
            yield Segment(cut(clean_line(words), width), self.rich_style + style)
