"""A widget of rows of pieces, of which only those that changed are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.plot.pieces import Row, Tone, text_of
from ge_tui.tui.widgets.strips import changed_span


class Board(Widget):
    """Shows rows as they are given."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"plot--{tone.value}" for tone in Tone}
    DEFAULT_CSS = """
    Board {
        background: $surface;
        color: $foreground;
        & > .plot--axis { color: $text-muted; }
        & > .plot--title { color: $foreground; text-style: bold; }
        & > .plot--dim { color: $text-muted; }
        & > .plot--front { color: $text-warning; text-style: bold; }
        & > .plot--seed { color: $foreground; text-style: bold; }
        & > .plot--good { color: $text-success; }
        & > .plot--box { color: $text-success; }
        & > .plot--stairs { color: $text-warning; }
        & > .plot--marked { color: $text-accent; text-style: bold; }
        & > .plot--selected {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: bold underline;
        }
        &.-focus > .plot--selected {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        & > .plot--first { color: $text-primary; }
        & > .plot--second { color: $text-success; }
        & > .plot--third { color: $text-warning; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()
        self._styles_of: dict[Tone, Style] = {}
        self.painted = 0
        """So many rows were asked to be painted anew: to see that nothing is painted for nothing."""

    @property
    def rows(self) -> Sequence[Row]:
        """As they were given."""
        return self._rows

    @property
    def text(self) -> str:
        """What stands there."""
        return "\n".join(map(text_of, self._rows))

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; those that stay the same are not sent again."""
        before, self._rows = self._rows, rows
        regions = []
        for y in range(max(len(before), len(rows))):
            old, new = before[y] if y < len(before) else (), rows[y] if y < len(rows) else ()
            if old is not new and old != new:
                span = changed_span(self._strip(old), self._strip(new))
                if span is not None:
                    regions.append(Region(span[0], y, span[1] - span[0], 1))
        if regions:
            self.painted += len(regions)
            self.refresh(*regions)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles_of.clear()

    def render_line(self, y: int) -> Strip:
        return self._strip(self._rows[y] if y < len(self._rows) else ())

    def _strip(self, row: Row) -> Strip:
        segments = [Segment(text, self._style(tone)) for text, tone in row]
        return Strip(segments).adjust_cell_length(self.size.width, self._style(Tone.PLAIN))

    def _style(self, tone: Tone) -> Style:
        if tone not in self._styles_of:
            plain = tone is Tone.PLAIN
            self._styles_of[tone] = self.rich_style if plain else self.get_component_rich_style(f"plot--{tone.value}")
        return self._styles_of[tone]
