"""Colours of the pane: names that pages use, and the theme's colours for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ge_tui.tui.diff.pieces import GROUNDS, Piece, Pieces, cells
from ge_tui.tui.text.highlight import KINDS

_SAID = (
    "rule", "heading", "quiet", "plus", "minus", "number-column", "note", "notice", "failure", "better", "worse",
    "current",
)  # fmt: skip
CLASSES = frozenset(f"diff--{name}" for name in (*KINDS, *GROUNDS, *_SAID))

CSS = """
.diff--plain { color: $foreground; }
.diff--removed { background: $error 14%; }
.diff--added { background: $success 14%; }
.diff--gone { background: $error 36%; text-style: bold; }
.diff--come { background: $success 32%; text-style: bold; }
.diff--empty { background: $panel 60%; }
.diff--section { background: $warning 14%; }
.diff--fold { background: $panel 60%; }

.diff--keyword { color: $text-primary; }
.diff--constant { color: $text-warning; }
.diff--string { color: $text-success; }
.diff--comment { color: $text-muted; text-style: italic; }
.diff--number { color: $text-warning; }
.diff--function { color: $text-accent; text-style: bold; }
.diff--class { color: $text-accent; text-style: bold; }
.diff--builtin { color: $text-secondary; }
.diff--decorator { color: $text-accent; }
.diff--error { color: $text-error; text-style: underline; }

.diff--rule { color: $text-disabled; }
.diff--heading { text-style: bold; }
.diff--quiet { color: $text-muted; }
.diff--plus { color: $text-success; text-style: bold; }
.diff--minus { color: $text-error; text-style: bold; }
.diff--number-column { color: $text-muted; }
.diff--note { color: $text-primary; }
.diff--notice { color: $text-warning; }
.diff--failure { color: $text-error; text-style: bold; }
.diff--better { color: $text-success; }
.diff--worse { color: $text-error; }
.diff--current { color: $primary; text-style: bold; }
"""
# A theme of the terminal's own colours has no tints: no ground, and marks that need none.
ANSI_CSS = "".join(
    f"DiffPane:ansi .diff--{name} {{ background: ansi_default; text-style: {style}; }}\n"
    for name, style in {
        "removed": "none", "added": "none", "section": "none", "fold": "none", "empty": "none",
        "gone": "bold underline", "come": "bold underline",
    }.items()
)  # fmt: skip


class Styles:
    """The styles of pieces in a widget that has the classes; forget them when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[tuple[str, str], Style] = {}

    def forget(self) -> None:
        self._known.clear()

    def of(self, kind: str, ground: str) -> Style:
        key = kind, ground
        if key not in self._known:
            behind = self._widget.get_component_rich_style(f"diff--{ground}")
            self._known[key] = behind
            if kind:
                over = self._widget.get_component_rich_style(f"diff--{kind}")
                self._known[key] = over + Style(
                    bgcolor=behind.bgcolor,
                    bold=behind.bold or over.bold,
                    underline=behind.underline or over.underline,
                )
        return self._known[key]

    def segments(self, pieces: Pieces, width: int, ground: str = "plain") -> list[Segment]:
        """Pieces that fit into `width` cells as segments, filled up with their ground."""
        filled = [*pieces, Piece(" " * max(width - cells(pieces), 0), "", ground)]
        return [Segment(text, self.of(kind, ground)) for text, kind, ground in filled if text]


def lean(segments: Iterable[Segment]) -> list[Segment]:
    """The same to look at in fewer segments, each of which costs some 40 bytes: spaces join what is before them."""
    joined: list[Segment] = []
    for segment in segments:
        text, style, _ = segment
        last = joined[-1] if joined else None
        if last is not None and (last.style == style or (text.isspace() and _joins(last.style, style))):
            joined[-1] = Segment(last.text + text, last.style)
        else:
            joined.append(segment)
    return joined


def _joins(before: Style | None, style: Style | None) -> bool:
    """Whether spaces look alike in both."""
    if before is None or style is None:
        return False
    lined = any(one.underline or one.reverse or one.strike for one in (before, style))
    return not lined and before.bgcolor == style.bgcolor


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
        return ["".join(piece.text for piece in line) for line in self._lines]

    def notify_style_update(self) -> None:
        self._styles_of.forget()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self._lines[y] if y < len(self._lines) else ()
        return Strip(lean(self._styles_of.segments(line, width)), width)
