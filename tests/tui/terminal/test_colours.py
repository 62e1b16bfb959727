"""Colours: the colour-blind safe theme seen by such eyes, no colour at all, and which theme a terminal begins with."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from ge_tui.paths import shipped_themes
from ge_tui.tui.terminal.filters import NoColour
from ge_tui.tui.terminal.themes import DEFAULT, choose_theme, find_themes, read_theme
from tests.tui.terminal.colour_sight import SIGHTS, difference

STATUS = ("success", "warning", "error")


def colours(theme: str) -> dict[str, str]:
    found = read_theme(shipped_themes() / f"{theme}.toml").theme
    assert found is not None
    return found.to_color_system().generate()


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_colour_blind_safe_theme_keeps_its_colours_apart(sight: str) -> None:
    seen = colours("okabe")
    for one, other in combinations((*STATUS, "primary", "accent"), 2):
        assert difference(seen[one], seen[other], sight) > 15, (one, other)
    for one, other in combinations(STATUS, 2):
        assert difference(seen[one], seen[other], sight) > 30, (one, other)
        assert difference(seen[f"text-{one}"], seen[f"text-{other}"], sight) > 20, (one, other)
        assert difference(seen[one], seen["surface"], sight) > 30, one


def test_what_is_safe_for_usual_eyes_is_not_for_others() -> None:
    seen = colours("night")
    assert difference(seen["success"], seen["error"], "usual") > 60
    assert difference(seen["text-success"], seen["text-error"], "deuteranopia") < 20


@pytest.mark.parametrize("name", ["contrast-dark", "contrast-light"])
def test_the_themes_of_high_contrast_have_it(name: str) -> None:
    seen = colours(name)
    for text in ("foreground", *(f"text-{status}" for status in STATUS)):
        assert _contrast(Color.parse(seen[text]), Color.parse(seen["surface"])) >= 7, text


def test_without_colour_what_stood_out_is_reversed_and_what_was_pale_is_dim() -> None:
    line = [
        Segment("cursor", Style.parse("bold #000000 on #6ea8fe")),
        Segment("muted", Style.parse("#606060 on #101010")),
        Segment("plain", Style.parse("#ffd0d0 on #101010")),
        Segment("own", Style.parse("underline")),
        Segment("bare", None),
    ]
    cursor, muted, plain, own, bare = (one.style for one in NoColour().apply(line, Color.parse("#101010")))
    assert cursor
    assert cursor.reverse
    assert cursor.bold
    assert not cursor.dim
    assert muted
    assert muted.dim
    assert not muted.reverse
    assert plain
    assert not plain.dim
    assert not plain.reverse
    assert own
    assert own.underline
    assert bare is None
    assert all(style.color is None and style.bgcolor is None for style in (cursor, muted, plain, own))


@pytest.mark.parametrize(
    ("wanted", "colours", "system", "chosen"),
    [
        ("", "auto", "truecolor", DEFAULT),
        ("day", "auto", "truecolor", "day"),
        ("gone", "auto", "256", DEFAULT),
        ("day", "auto", "standard", "terminal"),
        ("mono", "auto", "standard", "mono"),
        ("day", "never", "truecolor", "mono"),
    ],
)
def test_a_theme_is_chosen_for_what_the_terminal_can_show(wanted: str, colours: str, system: str, chosen: str) -> None:
    assert choose_theme(find_themes(), wanted, colours, system) == chosen


def _contrast(one: Color, other: Color) -> float:
    """As WCAG 2 has it."""

    def luminance(colour: Color) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
