"""Colours of the pane: names that pages use, and the theme's colours for them."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget

from ge_tui.tui.diff.pieces import GROUNDS, Piece, Pieces, cells
from ge_tui.tui.text.document import KINDS

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
        """Look every style up again."""
        self._known.clear()

    def of(self, kind: str, ground: str) -> Style:
        """The style of a kind of text over a ground."""
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
