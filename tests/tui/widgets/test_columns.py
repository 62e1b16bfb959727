"""Columns fit, the most important ones longest, and share what is left over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.plot.pieces import Tone, text_of, width_of
from ge_tui.tui.widgets.columns import LEAD, Column, column_at, head_of, place, row_of

COLUMNS = (
    Column("name", "name", 6, 20, 0, right=False),
    Column("kind", "kind", 6, 12, 1, right=False),
    Column("figure", "figure", 5, 5, 2),
    Column("rest", "rest", 8, 8, 3),
)


@given(st.integers(0, 100))
def test_they_fit_and_stand_beside_each_other(width: int) -> None:
    placed = place(COLUMNS, width)
    assert [one.name for one in placed] == [column.name for column in COLUMNS[: len(placed)]]
    at = LEAD
    for one in placed:
        assert one.start == at
        assert one.column.width <= one.width <= one.column.wide
        assert column_at(placed, at) is one.column
        at += one.width + 1
    assert at - 1 <= max(width, 0) or not placed
    assert width_of(row_of(placed, {})) == width_of(head_of(placed, "figure", "v"))


def test_what_is_left_over_is_shared() -> None:
    assert [one.width for one in place(COLUMNS, 36)] == [10, 9, 5, 8]
    assert [one.width for one in place(COLUMNS[:2], 22)] == [10, 10]
    assert [one.width for one in place(COLUMNS[:2], 80)] == [20, 12]


def test_cells_are_cut_filled_or_taken_as_they_are() -> None:
    placed = place(COLUMNS[:3], 22)
    row = row_of(placed, {"name": "a very long name", "figure": "7", "kind": (("as I am", Tone.GOOD),)})
    assert text_of(row) == " a very… as I am     7"
    assert ("as I am", Tone.GOOD) in row


def test_the_column_that_sorts_is_marked() -> None:
    placed = place(COLUMNS[:3], 22)
    assert text_of(head_of(placed, "name", "v", cut="~")) == " name v  kind    figu~"
    assert ("name v ", Tone.FIRST) in head_of(placed, "name", "v")
    by_figure = head_of(place(COLUMNS, 36), "rest", "v")
    assert ("   vrest", Tone.FIRST) in by_figure
