"""The heads of the table's columns, which sort when they are clicked."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.individuals.layout import LEAD, column_at
from ge_tui.tui.individuals.row import head_pieces
from ge_tui.tui.population.table import PopulationTable


class TableHead(Widget):
    """One line above the table, in step with its columns."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"population-head--sorted"}
    DEFAULT_CSS = """
    TableHead {
        height: 1;
        background: $panel;
        color: $foreground;
        text-style: bold;
        & > .population-head--sorted { color: $text-accent; text-style: bold; }
    }
    """
    ALLOW_SELECT = False

    class Clicked(Message):
        """On the head of a column."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self, table: PopulationTable) -> None:
        super().__init__()
        self._table = table

    def render_line(self, _: int) -> Strip:
        glyphs, sorting, placed = self._table.glyphs, self._table.sorting, self._table.placed
        arrow = glyphs.down if sorting.falling else glyphs.up
        usual, sorted_by = self.rich_style, self.get_component_rich_style("population-head--sorted")
        segments = [Segment(" " * LEAD, usual)]
        for place, text in zip(placed, head_pieces(placed, sorting.column, arrow, glyphs.cut), strict=True):
            segments.append(Segment(text, sorted_by if place.column.name == sorting.column else usual))
        return Strip(segments).adjust_cell_length(self.size.width, usual).simplify()

    def on_click(self, event: events.Click) -> None:
        place = column_at(self._table.placed, event.x)
        if place is not None:
            event.stop()
            self.post_message(self.Clicked(place.column.name))
