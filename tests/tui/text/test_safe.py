"""What others wrote, made fit for a terminal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from ge_tui.tui.text.safe import MARKS, bound_marks, clean, clean_line, cut, wrap

nasty = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x00\x07\x08\r\n\t\x7f\x85\u0301\u202e\u200d\ufe0f\u3000漢한🏽🇩❤ ab"),
    )
)


@given(nasty)
def test_nothing_that_steers_a_terminal_comes_out(text: str) -> None:
    shown = clean(text)
    assert all(letter == "\n" or letter.isprintable() for letter in shown)
    assert not set(shown) & set("\x1b\u202e\u200d\ufe0f")
    for line in shown.split("\n"):
        assert not line or get_character_cell_size(line[0]) > 0
        assert cell_len(line) == sum(map(get_character_cell_size, line))
        carried = 0
        for letter in line:
            carried = 0 if get_character_cell_size(letter) else carried + 1
            assert carried <= MARKS


@given(nasty)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown


@given(st.lists(nasty))
def test_pieces_can_be_cleaned_one_by_one(pieces: list[str]) -> None:
    pieces = [piece.removesuffix("\r").rstrip("\r") for piece in pieces]
    assert bound_marks("".join(map(clean, pieces))).count("\n") == clean("".join(pieces)).count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\tx", "    x"),
        ("no\u00a0break\u3000wide", "no break  wide"),
        ("a\u202eb\u200bc", "a\ufffdb\ufffdc"),
        ("\u0301x", "◌\u0301x"),
        ("e" + "\u0301" * 100, "e" + "\u0301" * MARKS),
        ("👍🏽 ❤\ufe0f 🇩🇪", "👍 ❤ DE"),
        ("[bold]not markup[/]", "[bold]not markup[/]"),
        ("\udc80", "\ufffd"),
    ],
)
def test_what_it_looks_like(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_text_as_one_line() -> None:
    assert clean_line(" a\n\n b\x1b\tc ") == "a b␛ c"


@given(nasty, st.integers(0, 40))
def test_a_cut_line_fits_and_says_so(text: str, width: int) -> None:
    line = clean_line(text)
    shown = cut(line, width)
    assert cell_len(shown) <= width or not line
    assert shown in (line, "") or shown.endswith("…")
    assert (shown == line) == (cell_len(line) <= width)


@given(nasty, st.integers(2, 30))
def test_rows_are_the_line_but_for_single_spaces_between_them(text: str, width: int) -> None:
    line = clean_line(text)
    rows = wrap(line, width)
    assert all(cell_len(line[start:end]) <= width for start, end in rows)
    assert (rows[0][0], rows[-1][1]) == (0, len(line))
    for (_, end), (start, _) in pairwise(rows):
        assert line[end:start] in ("", " ")
        assert start == len(line) or get_character_cell_size(line[start]) > 0
    assert all(end > start for start, end in rows[:-1])


@given(nasty, nasty, st.integers(2, 30))
def test_a_line_that_grows_is_wrapped_from_its_last_row_on(text: str, more: str, width: int) -> None:
    line, longer = clean_line(text), clean_line(text + more)
    if not longer.startswith(line):
        return
    rows = wrap(line, width)
    assert rows[:-1] + wrap(longer, width, rows[-1][0]) == wrap(longer, width)


def test_words_are_kept_whole_where_there_is_room() -> None:
    line = "the quick brown fox jumps"
    assert [line[a:b] for a, b in wrap(line, 9)] == ["the quick", "brown fox", "jumps"]
    assert [line[a:b] for a, b in wrap(line, 12)] == ["the quick ", "brown fox ", "jumps"]
    code = " " * 8 + "x" * 20
    assert [code[a:b] for a, b in wrap(code, 12)] == [" " * 8 + "xxxx", "x" * 12, "x" * 4]


def test_a_line_without_end_is_wrapped_all_the_same() -> None:
    assert len(wrap("x" * 100_000, 80)) == 1250
    assert len(wrap("漢" * 100_000, 80)) == 2500
