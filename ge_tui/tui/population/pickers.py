"""Two small windows: which columns the table has, and by which it is sorted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from ge_tui.tui.individuals.columns import Column
from ge_tui.tui.population.table import Sorting
from ge_tui.tui.text.glyphs import Glyphs
from ge_tui.tui.text.safe import fit
from ge_tui.tui.widgets.line_list import LineList

_NAME = 14


class ChoiceList(LineList):
    """Lines of text."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = list(lines)
        self.row_count = len(lines)

    def set_lines(self, lines: Sequence[str]) -> None:
        """Show other lines, the cursor staying where it is."""
        self._lines = list(lines)
        self.row_count = len(lines)
        self.update_rows()

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        return Strip([Segment(fit(self._lines[index], width), self.row_style(cursor=cursor))])


class _Picker(ModalScreen[object]):
    """A list in a frame, with what its keys do below."""

    DEFAULT_CSS = """
    _Picker {
        align: center middle;
        & > Vertical {
            width: 76; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; background: $surface; padding: 0 1;
        }
        & ChoiceList { height: auto; max-height: 1fr; }
        & Static { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """
    TITLE_TEXT: ClassVar[str]
    KEYS: ClassVar[str]

    def __init__(self, lines: Sequence[str], cursor: int) -> None:
        super().__init__()
        self.list = ChoiceList(lines)
        self.list.place_cursor(cursor)

    def compose(self) -> ComposeResult:
        frame = Vertical(self.list, Static(Content(self.KEYS)))
        frame.border_title = self.TITLE_TEXT
        yield frame

    def action_cancel(self) -> None:
        self.dismiss(None)


class SortPicker(_Picker):
    """Answers with a sorting, or None."""

    TITLE_TEXT = "Sort by"
    KEYS = "enter sort, again to reverse · escape"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,s", "cancel", "Leave", show=False)]

    def __init__(self, columns: Sequence[Column], sorting: Sorting, glyphs: Glyphs) -> None:
        self._columns, self._sorting = columns, sorting
        lines = []
        for column in columns:
            arrow = (glyphs.down if sorting.falling else glyphs.up) if column.name == sorting.column else " "
            lines.append(f"{arrow} {column.name:<{_NAME}} {column.help}")
        at = next((place for place, column in enumerate(columns) if column.name == sorting.column), 0)
        super().__init__(lines, at)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self.dismiss(sorted_by(self._columns[message.index], self._sorting))


class ColumnPicker(_Picker):
    """Answers with the names of the columns in their order, or None."""

    TITLE_TEXT = "Columns"
    KEYS = "space show or hide · K J move · r as usual · enter done · escape cancels"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "cancel", "Leave", show=False),
        Binding("space,x", "show_or_hide", "Show or hide", show=False),
        Binding("J,shift+down", "move(1)", "Move down", show=False),
        Binding("K,shift+up", "move(-1)", "Move up", show=False),
        Binding("r", "usual", "As usual", show=False),
    ]

    def __init__(self, columns: Sequence[Column], chosen: Sequence[str], usual: Sequence[str]) -> None:
        self._columns = {column.name: column for column in columns}
        self._usual = tuple(usual)
        self._order, self._shown = self._arranged(chosen)
        super().__init__(self._texts(), 0)

    def _arranged(self, chosen: Sequence[str]) -> tuple[list[str], set[str]]:
        return [*chosen, *(name for name in self._columns if name not in chosen)], set(chosen)

    def _texts(self) -> list[str]:
        return [
            f"[{'x' if name in self._shown else ' '}] {name:<{_NAME}} {self._columns[name].help}"
            for name in self._order
        ]

    def action_show_or_hide(self) -> None:
        name = self._order[self.list.cursor]
        others = self._shown - {name}
        if others:  # a table without columns could not be read
            self._shown = others if name in self._shown else self._shown | {name}
        self.list.set_lines(self._texts())

    def action_move(self, by: int) -> None:
        at, to = self.list.cursor, self.list.cursor + by
        if 0 <= to < len(self._order):
            self._order[at], self._order[to] = self._order[to], self._order[at]
            self.list.set_lines(self._texts())
            self.list.move_cursor(to)

    def action_usual(self) -> None:
        self._order, self._shown = self._arranged(self._usual)
        self.list.set_lines(self._texts())

    def on_line_list_chosen(self) -> None:
        self.dismiss(tuple(name for name in self._order if name in self._shown))


def sorted_by(column: Column, before: Sorting) -> Sorting:
    """The sorting when a column is chosen: its usual direction, the other one when it is chosen again."""
    falling = not before.falling if before.column == column.name else column.falling
    return Sorting(column.name, falling)
