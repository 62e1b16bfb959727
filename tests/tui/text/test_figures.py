"""What stands in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.tui.text.glyphs import ASCII, BLOCKS, glyphs_for
from ge_tui.tui.text.numbers import compact, whole
from ge_tui.tui.text.safe import clean_line, fit
from ge_tui.tui.text.spark import curve, progress_bar

FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.text(), st.integers(0, 30), st.booleans())
def test_a_cell_is_as_wide_as_it_should_be_and_harmless(text: str, width: int, right: bool) -> None:
    cell = fit(clean_line(text), width, right=right)
    assert cell_len(cell) == width
    assert cell.isprintable()


def test_a_cell_says_that_it_was_cut() -> None:
    assert fit("crossover", 6) == "cross…"
    assert fit("crossover", 6, sign="~") == "cross~"
    assert fit("漢字漢字", 5) == "漢字…"
    assert fit("ok", 4, right=True) == "  ok"
    assert clean_line("a\tb\n\x1b[2Jc") == "a b \N{SYMBOL FOR ESCAPE}[2Jc"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (999, "999"), (999.6, "1.00k"), (1000, "1.00k"), (54321, "54.3k"), (518230, "518k"),
        (999600, "1.00M"),
        (1840000, "1.84M"), (1.25e10, "12.5G"), (-2500, "-2.50k"), (float("nan"), "nan"), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_compact_numerals(value: float, text: str) -> None:
    assert compact(value) == text


@given(st.integers(-(10**14), 10**14))
def test_compact_numerals_are_short_and_near(value: int) -> None:
    text = compact(value)
    assert len(text.removeprefix("-")) <= 5
    size = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(text[-1], 1.0)
    assert float(text.rstrip("kMGT")) * size == pytest.approx(value, rel=0.006, abs=0.5)


def test_counts_are_exact_where_there_is_room() -> None:
    assert (whole(518230, 11), whole(518230, 8), whole(123456789012, 11)) == ("518,230", "518k", "123G")


@given(st.lists(st.floats(), max_size=40), st.integers(0, 20))
def test_a_curve_fits_and_any_numbers_make_one(values: list[float], width: int) -> None:
    for glyphs in (BLOCKS, ASCII):
        drawn = curve(values, width, glyphs.levels)
        assert len(drawn) <= width
        assert set(drawn) <= set(glyphs.levels)


def test_a_curve_rises_with_its_values() -> None:
    assert curve([0.1, 0.2, 0.3], 8, BLOCKS.levels) == "▁▅█"
    assert curve([0.5, 0.5], 8, BLOCKS.levels) == "▄▄"
    assert curve(list(range(100)), 5, "01234") == "01234"


@given(FINITE, st.integers(4, 30))
def test_a_bar_fits(done: float, width: int) -> None:
    assert len(progress_bar(done, width, BLOCKS)) <= width


def test_a_bar_and_its_percentage() -> None:
    assert progress_bar(0.5, 11, BLOCKS) == "━━━───  50%"
    assert progress_bar(1.5, 11, ASCII) == "====== 100%"
    assert progress_bar(0.25, 5, ASCII) == "25%"


def test_a_terminal_that_has_only_ascii_gets_it() -> None:
    assert glyphs_for(unicode=True) is BLOCKS
    assert glyphs_for(unicode=False) is ASCII
    assert "".join((ASCII.levels, ASCII.done, ASCII.to_do, ASCII.up, ASCII.down, ASCII.cut, ASCII.mark)).isascii()
