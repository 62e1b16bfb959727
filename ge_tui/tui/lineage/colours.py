"""The colours of the pane: by the names that drawings use."""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

KINDS = (
    "plain", "faint", "muted", "front", "good", "bad", "warning", "busy", "main", "ancestor", "descendant", "edge",
    "edge-ancestor", "edge-descendant", "edge-main", "badge", "match", "mark", "head", "cursor",
)  # fmt: skip
CLASSES = frozenset(f"lineage--{kind}" for kind in KINDS)
CSS = """
    & > .lineage--plain { color: $foreground; }
    & > .lineage--faint, & > .lineage--edge { color: $text-disabled; }
    & > .lineage--muted, & > .lineage--badge { color: $text-muted; }
    & > .lineage--front { color: $foreground; text-style: bold; }
    & > .lineage--good { color: $text-success; }
    & > .lineage--bad { color: $text-error; }
    & > .lineage--warning { color: $text-warning; }
    & > .lineage--busy { color: $text-accent; }
    & > .lineage--main { color: $text-primary; background: $primary 30%; text-style: bold underline; }
    & > .lineage--ancestor { color: $text-warning; text-style: underline; }
    & > .lineage--descendant { color: $text-success; text-style: bold; }
    & > .lineage--edge-ancestor { color: $text-warning; }
    & > .lineage--edge-descendant { color: $text-success; }
    & > .lineage--edge-main { color: $primary; text-style: bold; }
    & > .lineage--match, & > .lineage--mark { color: $text-accent; text-style: bold; }
    & > .lineage--head { color: $text-muted; background: $panel; }
    & > .lineage--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
    }
    &:focus > .lineage--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
"""


# A theme of the terminal's own colours has no tints.
ANSI_CSS = "Canvas:ansi > .lineage--main { background: ansi_default; }"


class Styles:
    """The styles of kinds in a widget that has the classes; forget them when the theme changes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[str, Style] = {}

    def forget(self) -> None:
        """Look every style up again."""
        self._known.clear()

    def of(self, kind: str) -> Style:
        """The style of a kind; empty: as any text."""
        if kind not in self._known:
            widget = self._widget
            self._known[kind] = widget.get_component_rich_style(f"lineage--{kind}") if kind else widget.rich_style
        return self._known[kind]
