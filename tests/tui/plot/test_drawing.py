"""What is drawn has the size it was given, whatever the numbers are."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.tui.plot.canvas import Canvas
from ge_tui.tui.plot.lines import Plot, Series, line_plot
from ge_tui.tui.plot.pieces import Tone, beside, filled, joined, text_of, width_of
from ge_tui.tui.plot.strokes import Strokes

ANY = st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.lists(st.tuples(ANY, ANY), max_size=12).map(tuple)


@given(st.lists(POINTS, max_size=3), st.integers(0, 70), st.integers(0, 20), st.booleans(), st.booleans())
def test_a_plot_fills_its_place_whatever_the_numbers(
    lines: list[tuple[tuple[float, float], ...]], width: int, height: int, unicode: bool, steps: bool
) -> None:
    series = tuple(Series(f"s{i}", points, gap=i + 1, steps=steps) for i, points in enumerate(lines))
    rows = line_plot(Plot("title", series, "evaluations"), width, height, unicode=unicode)
    assert len(rows) == (height if width else 0)
    assert all(width_of(row) <= width for row in rows)
    if not unicode:
        assert all(text_of(row).isascii() for row in rows)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-5, 5)), min_size=1, max_size=10), st.booleans())
def test_every_line_leaves_dots(points: list[tuple[float, float]], unicode: bool) -> None:
    rows = line_plot(Plot("t", (Series("a", tuple(points), Tone.SECOND),), "x"), 40, 10, unicode=unicode)
    drawn = "".join(text for row in rows[1:-2] for text, tone in row if tone is Tone.SECOND)
    assert drawn.strip()


def test_a_rising_line_rises_and_a_dotted_one_has_gaps() -> None:
    rising = line_plot(Plot("t", (Series("a", ((0, 0), (1, 1))),), "x"), 30, 10, unicode=False)
    columns = [text_of(row).rstrip() for row in rising[1:-2]]
    lengths = [len(text) for text in columns if text.rstrip("|+ 0.12345678").strip()]
    assert lengths == sorted(lengths, reverse=True)
    flat = ((0.0, 1.0), (1.0, 1.0))
    whole, dotted = (
        sum(c not in " \N{BRAILLE PATTERN BLANK}" for row in canvas_rows(flat, gap) for c in row) for gap in (1, 4)
    )
    assert 0 < dotted < whole


def canvas_rows(points: tuple[tuple[float, float], ...], gap: int) -> list[str]:
    rows = line_plot(Plot("", (Series("", points, Tone.SECOND, gap=gap),), ""), 30, 8)
    return ["".join(text for text, tone in row if tone is Tone.SECOND) for row in rows]


def test_what_cannot_be_drawn_is_said() -> None:
    rows = line_plot(Plot("best", (Series("a", ((math.nan, 1.0),)),), "x", "nothing yet"), 30, 8)
    assert "nothing yet" in text_of(rows[1])


def test_braille_and_ascii_dots() -> None:
    canvas = Canvas(2, 1)
    canvas.dot(0, 0, Tone.FIRST)
    canvas.dot(3, 3, Tone.SECOND)
    canvas.dot(9, 9, Tone.SECOND)  # outside
    assert canvas.rows() == [(("\u2801", Tone.FIRST), ("\u2880", Tone.SECOND))]
    plain = Canvas(3, 1, unicode=False)
    for x, y in ((0, 0), (1, 1), (2, 0), (2, 1)):
        plain.dot(x, y, Tone.FIRST)
    assert plain.rows() == [(("'.:", Tone.FIRST),)]


def test_strokes_meet_in_corners_and_crossings() -> None:
    strokes = Strokes()
    strokes.across(0, 2, 1)
    strokes.down(1, 3, 2)
    strokes.down(0, 2, 1)
    assert strokes.signs() == {
        (0, 1): "╶", (1, 1): "┼", (2, 1): "┐", (2, 2): "│", (2, 3): "╵", (1, 0): "╷", (1, 2): "╵",
    }  # fmt: skip
    assert set(strokes.signs(unicode=False).values()) <= set("-|+")


@given(st.lists(st.tuples(st.text("ab ", max_size=4), st.sampled_from(Tone)), max_size=8), st.integers(0, 30))
def test_pieces_keep_their_text_and_fill_their_width(pieces: list[tuple[str, Tone]], width: int) -> None:
    row = joined(pieces)
    assert text_of(row) == "".join(text for text, _ in pieces)
    assert cell_len(text_of(filled(row, width))) == width
    selected = "".join(text for text, tone in pieces if tone is Tone.SELECTED)
    assert selected in "".join(text for text, tone in row if tone is Tone.SELECTED)


def test_blocks_stand_beside_each_other() -> None:
    left, right = [(("a", Tone.PLAIN),)], [(("x", Tone.PLAIN),), (("y", Tone.PLAIN),)]
    assert [text_of(row) for row in beside(left, right, 3)] == ["a   x", "    y"]
