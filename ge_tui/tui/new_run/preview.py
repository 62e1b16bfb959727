"""What the run will cost, in a few lines."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ge_tui.tui.new_run.cost import Line
from ge_tui.tui.text.safe import cut

_NAME_WIDTH = 11


class Preview(Static):
    """Names at the left, words beside them; each in one line where there is little room."""

    DEFAULT_CSS = """
    Preview { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._lines: Sequence[Line] = ()
        self._more = ""
        self.brief = False
        """Whether each line is cut to the width."""

    def show(self, lines: Sequence[Line], more: str = "") -> None:
        """`more`: a text that is shown below where there is room."""
        if (list(lines), more) != (list(self._lines), self._more):
            self._lines, self._more = list(lines), more
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = max(20, self.content_size.width)
        parts: list[tuple[str, str]] = []
        for line in self._lines:
            parts += line_parts(line, width, brief=self.brief)
        if self._more and not self.brief:
            parts.append((f"\n{self._more}", "$secondary"))
        self.update(Content.assemble(*parts))

    @property
    def words(self) -> str:
        """All that is said."""
        return "\n".join(f"{line.name}: {line.words}" for line in self._lines)


def line_parts(line: Line, width: int, *, brief: bool) -> list[tuple[str, str]]:
    """A line as text and style; pure."""
    style = "$error" if line.grave else "$foreground"
    name = f"{line.name:<{_NAME_WIDTH}}"
    if brief:
        if line.extra:
            return []
        name = f"{line.short_name or line.name:<{_NAME_WIDTH - 1}} "
        room = width - len(name)
        return [(name, "$primary"), (f"{cut(line.words, room)}\n", style)]
    own = line.apart or len(line.name) >= _NAME_WIDTH
    indent = "  " if own else " " * _NAME_WIDTH
    wrapped = textwrap.wrap(line.words, max(8, width - len(indent)), break_on_hyphens=False) or [""]
    text = f"\n{indent}".join(wrapped)
    lead = "\n" if line.apart else ""
    return [(f"{lead}{line.name}\n{indent}" if own else name, "$primary"), (f"{text}\n", style)]
