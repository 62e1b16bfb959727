"""Lines fill their place exactly, whatever they hold, and a click means what is drawn there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from ge_tui.search.credit import Trial, credit
from ge_tui.tui.controls.draw import (
    STYLES,
    Columns,
    choice_at,
    columns,
    dragged_to,
    interval,
    level_at,
    strip,
)
from ge_tui.tui.controls.lines import Line, Look
from ge_tui.tui.controls.text import fit, safe, wrap
from ge_tui.tui.controls.wanted import News, Stage

PLAIN = dict.fromkeys((*STYLES, "cursor"), Style())
(CREDIT,) = credit([Trial(n, {"persona": "a"}, True, n % 3 == 0, 0.0, 0, 0.0) for n in range(9)], "persona").values()

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
parts = st.floats(0, 1)
lines = st.builds(
    Line,
    id=anything,
    look=st.sampled_from(Look),
    label=anything,
    value=st.one_of(st.sampled_from(["40 %", "0.05–0.40", "1.00"]), anything),
    level=parts,
    choices=st.just(("manual", "assist", "auto")),
    chosen=st.integers(0, 2),
    is_locked=st.booleans(),
    is_only=st.booleans(),
    program=st.one_of(st.none(), parts),
    earned=st.one_of(st.none(), st.just(CREDIT)),
    span=st.tuples(parts, parts).map(lambda ends: (min(ends), max(ends))),
    news=st.builds(News, stage=st.sampled_from(Stage), words=anything),
    note=anything,
    is_folded=st.booleans(),
    has_program=st.booleans(),
    has_earned=st.booleans(),
)
places = st.builds(columns, st.integers(24, 250), st.integers(0, 40), extras=st.booleans())


@given(lines, places, st.booleans())
def test_a_line_is_as_wide_as_its_place_and_holds_no_control_characters(
    line: Line, place: Columns, cursor: bool
) -> None:
    drawn = strip(line, place, PLAIN, cursor=cursor)
    assert drawn.cell_length == place.width == cell_len(drawn.text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", drawn.text)
    assert drawn.text.startswith("▌") is cursor


@given(places, st.integers(0, 100))
def test_a_click_on_a_slider_sets_about_what_is_drawn_there(place: Columns, percent: int) -> None:
    line = Line("persona.expert", Look.SHARE, "expert", f"{percent} %", level=percent / 100)
    text = strip(line, place, PLAIN, cursor=False).text
    bar = text[place.bar_at : place.bar_at + place.bar]
    assert set(bar) <= set("━╸─")
    filled = bar.count("━") + bar.count("╸") / 2
    assert abs(filled - place.bar * percent / 100) <= 0.5
    assert f" {percent} %" in text
    level = level_at(line, place, place.bar_at + min(place.bar - 1, int(filled)))
    assert level is not None
    assert abs(level - percent / 100) <= 1.5 / (place.bar - 1)
    assert level_at(line, place, place.bar_at - 1) is level_at(line, place, place.bar_at + place.bar) is None
    assert (dragged_to(place, -5), dragged_to(place, 999)) == (0, 1)


def test_a_click_on_a_switch() -> None:
    line, place = (
        Line("persona_mode", Look.SWITCH, "by", choices=("manual", "assist", "auto")),
        columns(80, 10, extras=False),
    )
    text = strip(line, place, PLAIN, cursor=False).text
    for number, choice in enumerate(line.choices):
        assert choice_at(line, place, text.index(choice)) == number
    assert choice_at(line, place, text.index("auto") + 6) is None


def test_columns_beside_a_mix_go_in_turn_where_there_is_no_room() -> None:
    full, less, little = (columns(width, 14, extras=True) for width in (120, 70, 40))
    assert full.program_bar
    assert (less.program_bar, less.interval) == (0, 0)
    assert less.counts
    assert little.program == little.counts == 0
    assert all(place.bar >= 6 for place in (full, less, little))


@pytest.mark.parametrize("width", [5, 14, 17])
def test_the_interval_lies_where_the_belief_lies(width: int) -> None:
    drawn = interval(CREDIT, width)
    assert len(drawn) == width
    assert drawn.index("┼") == round(CREDIT.mean * (width - 1))
    assert drawn.rindex("┤") == round(CREDIT.high * (width - 1))


@given(anything, st.integers(0, 50), st.booleans())
def test_text_fits(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width
    assert cell_len(safe(text)) >= 0
    assert all(cell_len(line) <= width for line in wrap(text, width, 3)) or width == 0
    assert len(wrap(text, max(width, 1), 2)) <= 2
