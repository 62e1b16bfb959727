"""Lanes: each edge is drawn once, in a lane that is its own all the way, and the main line is straight."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.lineage.drawing import Piece
from ge_tui.tui.lineage.lane_art import lane_pieces
from ge_tui.tui.lineage.lanes import Lane, assign
from tests.tui.lineage.families import Parents, ancestors_of, edges_of, families, line_of

SIGN = Piece("o", "sign")


@given(families(), st.data())
def test_every_edge_is_drawn_once_and_no_lane_is_used_twice_at_once(parents: Parents, data: st.DataObject) -> None:
    numbers = [number for number in reversed(parents) if data.draw(st.booleans())]
    main = line_of(parents, numbers[0]) if numbers else []
    rows = assign(numbers, parents, main)
    assert [row.number for row in rows] == numbers
    for before, after in pairwise(rows):
        assert before.below == after.above
    drawn = []
    for index, row in enumerate(rows):
        wanted = [parent for parent in dict.fromkeys(parents[row.number]) if parent in numbers]
        assert len(row.leaving) == len(wanted) == len(set(row.leaving))
        assert row.lane in row.arriving or row.lane >= len(row.above) or row.above[row.lane] is None
        for parent, lane in zip(wanted, row.leaving, strict=True):
            end = next(place for place, other in enumerate(rows) if other.number == parent)
            on_the_way = [other.below[lane] for other in rows[index:end]]
            assert all(one is not None and one.parent == parent for one in on_the_way)
            assert lane in rows[end].arriving
            drawn.append((parent, row.number))
    among = set(numbers)
    assert sorted(drawn) == sorted(edge for edge in edges_of(parents) if set(edge) <= among)
    assert not rows or rows[-1].below == ()


@given(families())
def test_a_lane_goes_only_where_somebody_is_awaited(parents: Parents) -> None:
    numbers = list(reversed(parents))
    seen: set[int] = set()
    for row in assign(numbers, parents):
        seen.add(row.number)
        awaited = [lane.parent for lane in row.below if lane is not None]
        assert not seen & set(awaited)
        assert len(awaited) == len(set(awaited)), "without a main line, no parent has two lanes"


@given(families())
def test_the_main_line_stands_in_the_first_lane_of_all_ancestors(parents: Parents) -> None:
    last = max(parents)
    numbers = sorted({last} | ancestors_of(parents, last), reverse=True)
    main = line_of(parents, last)
    rows = assign(numbers, parents, main)
    assert {row.lane for row in rows if row.number in main} == {0}
    assert all(row.lane > 0 for row in rows if row.number not in main and row.number > main[-1])


@given(families(), st.integers(1, 6), st.sampled_from([1, 2]), st.booleans())
def test_the_art_is_as_wide_as_it_says_and_goes_on_from_row_to_row(
    parents: Parents, most: int, apart: int, ascii_only: bool
) -> None:
    down = "|#.,+" if ascii_only else "╷│┃╭├╮┤┬┼"
    up = "|#'`+" if ascii_only else "╵│┃╰├╯┤┴┼"
    for row in assign(list(reversed(parents)), parents, line_of(parents, max(parents))):
        text = "".join(piece.text for piece in lane_pieces(row, SIGN, most, apart=apart, ascii_only=ascii_only))
        assert len(text) == min(row.width, most) * apart
        assert not ascii_only or text.isascii()
        for lane in range(min(row.width, most - (row.width > most))):
            character = text[lane * apart]
            if lane == row.lane:
                assert character == "o"
                continue
            above = lane < len(row.above) and row.above[lane] is not None
            below = lane < len(row.below) and row.below[lane] is not None
            assert not above or character in up
            assert not below or character in down
            assert above or below or character in "─- "


@pytest.mark.parametrize(("ascii_only", "expected"), [
    (False, ["o   ", "o─╮ ", "├─o ", "o   "]),
    (True, ["o   ", "o-. ", "+-o ", "o   "]),
])  # fmt: skip
def test_a_crossover_as_it_is_drawn(ascii_only: bool, expected: list[str]) -> None:
    parents = {0: (), 1: (0,), 2: (0, 1), 3: (2,)}
    rows = assign([3, 2, 1, 0], parents, (3, 2, 0))
    drawn = [
        "".join(piece.text for piece in lane_pieces(row, SIGN, 9, apart=2, ascii_only=ascii_only)).ljust(4)
        for row in rows
    ]
    assert drawn == expected


def test_a_line_to_a_parent_that_has_a_lane_joins_it() -> None:
    rows = assign([3, 2, 1, 0], {0: (), 1: (0,), 2: (0,), 3: (0,)})
    assert [row.below for row in rows] == [(Lane(0, False),), (Lane(0, False),), (Lane(0, False),), ()]
    assert [row.lane for row in rows] == [0, 1, 1, 0]


def test_lanes_for_which_there_is_no_room_are_told_of() -> None:
    parents = {number: tuple(range(number)) for number in range(8)}
    row = assign(list(reversed(parents)), parents)[1]
    assert "".join(p.text for p in lane_pieces(row, SIGN, 3, apart=2, ascii_only=False)).rstrip().endswith("…")
