"""The header: two lines, redrawn only when they say something else."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.header.facts import Fact, lines
from ge_tui.tui.header.machine_meter import Load
from ge_tui.tui.terminal.abilities import speaks_unicode
from ge_tui.tui.watch import RunModel


class Header(Widget):
    """What the run is, how far it is, how it does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "header--good", "header--bad", "header--warn", "header--dim", "header--strong", "header--badge",
    }  # fmt: skip
    DEFAULT_CSS = """
    Header {
        dock: top; height: 2; background: $panel; padding: 0 1;
        .header--good { color: $success; }
        .header--bad { color: $error; text-style: bold; }
        .header--warn { color: $warning; }
        .header--dim { color: $text-muted; }
        .header--strong { text-style: bold; }
        .header--badge { background: $error; color: $background; text-style: bold; }
    }
    """

    def __init__(self, model: RunModel) -> None:
        super().__init__()
        self._model = model
        self._loads: tuple[Load, ...] = ()
        self._lines: list[list[Fact]] = [[], []]
        self.starting = False
        """Whether an engine was begun that has not said a word yet."""

    def show_loads(self, loads: tuple[Load, ...]) -> None:
        """What the machine does now."""
        if loads != self._loads:
            self._loads = loads
            self.update()

    def update(self) -> None:
        """Redraw the lines that changed."""
        width = self.content_size.width
        new = lines(self._model, self._loads, width, unicode=speaks_unicode(), starting=self.starting)
        for index, (before, after) in enumerate(zip(self._lines, new, strict=True)):
            if before != after:
                self.refresh(Region(0, index, self.size.width, 1))
        self._lines = new

    def on_resize(self) -> None:
        self.update()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        plain = self.rich_style
        segments: list[Segment] = []
        for fact in self._lines[y] if y < len(self._lines) else []:
            style = plain + self.get_component_rich_style(f"header--{fact.style}") if fact.style else plain
            segments += [Segment("  ", plain)] if segments else []
            segments.append(Segment(fact.text, style))
        return Strip(segments).adjust_cell_length(self.content_size.width, plain)
