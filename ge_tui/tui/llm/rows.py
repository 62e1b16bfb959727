"""A list whose rows have columns: calls, or insights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual.strip import Strip

from ge_tui.tui.llm.columns import Columns
from ge_tui.tui.widgets.line_list import LineList

T = TypeVar("T")


class ColumnList(LineList, Generic[T]):
    """Shows values, a row each."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"llm-row--{kind}" for kind in ("good", "bad", "quiet", "number")}
    DEFAULT_CSS = """
    ColumnList {
        & > .llm-row--good { color: $text-success; }
        & > .llm-row--bad { color: $text-error; }
        & > .llm-row--quiet { color: $text-muted; }
        & > .llm-row--number { color: $text-secondary; }
    }
    """

    def __init__(self, columns: Columns[T], *, id: str) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.values: Sequence[T] = ()

    @property
    def value(self) -> T | None:
        """What the cursor is on."""
        return self.values[self.cursor] if 0 <= self.cursor < len(self.values) else None

    def show(self, values: Sequence[T], cursor: int | None = None) -> None:
        """Show these, the cursor on one of them or where it was."""
        self.values = values
        self.row_count = len(values)
        self.update_rows()
        if cursor is not None:
            self.place_cursor(cursor)

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        base = self.row_style(cursor=cursor)
        segments = []
        for text, kind in self.columns.row(self.values[index], width):
            style = base if cursor or not kind else self.get_component_rich_style(f"llm-row--{kind}")
            segments.append(Segment(text, style))
        return Strip(segments)
