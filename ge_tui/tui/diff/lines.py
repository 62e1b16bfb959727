"""A few lines of pieces, of which only those that changed are sent."""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.diff.colours import CLASSES, Styles
from ge_tui.tui.diff.pieces import Pieces
from ge_tui.tui.widgets.strips import lean


class Lines(Widget):
    """A few lines of pieces."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(CLASSES)
    DEFAULT_CSS = "Lines { height: 0; }"
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Pieces] = []
        self._styles_of = Styles(self)

    def show(self, lines: list[Pieces]) -> None:
        """Show other lines; those that stay the same are not sent again."""
        before, self._lines = self._lines, lines
        changed = [i for i, line in enumerate(lines) if i >= len(before) or before[i] != line]
        if len(before) != len(lines):
            self.styles.height = len(lines)
        elif changed:
            self.refresh(*(Region(0, i, self.size.width, 1) for i in changed))

    @property
    def shown(self) -> list[str]:
        """What stands there, without colours."""
        return ["".join(piece.text for piece in line) for line in self._lines]

    def notify_style_update(self) -> None:
        self._styles_of.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self._lines[y] if y < len(self._lines) else ()
        return lean(Strip(self._styles_of.segments(line, width), width))
