"""The last step before the terminal: what it cannot show, or the user does not want, is taken out of every line.

Here and not in the panes, so that nothing that a pane, a dialog or a toast draws can be forgotten.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from ge_tui.tui.terminal.plain_signs import plain

_STANDS_OUT = 0.22
"""From this difference of brightness to the screen's own on, a background is drawn in reverse."""
_PALE = 0.55
"""Below this difference of brightness to its background, text is drawn dim."""


class AsciiOnly(LineFilter):
    """Nothing but ASCII, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return [Segment(plain(text), style, control) for text, style, control in segments]


class NoColour(LineFilter):
    """No colour at all: what stood out by its background is reversed, what was pale is dim."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _without_colour(style, background.brightness), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def _without_colour(style: Style, around: float) -> Style:
    behind = _brightness(style.bgcolor, around)
    before = _brightness(style.color, 1.0 - around)
    if style.reverse:
        behind, before = before, behind
    return Style(
        bold=style.bold, italic=style.italic, underline=style.underline, strike=style.strike,
        dim=style.dim or abs(before - behind) < _PALE, reverse=abs(behind - around) > _STANDS_OUT,
    )  # fmt: skip


def _brightness(colour: object, otherwise: float) -> float:
    if not isinstance(colour, RichColor) or colour.is_default:
        return otherwise
    return Color.from_rich_color(colour).brightness
