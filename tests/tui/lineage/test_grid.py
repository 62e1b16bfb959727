"""The grid: a cell for everyone, wherever it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ge_tui.tui.lineage.grid import Grid, cell_width, grid_data
from ge_tui.tui.lineage.signs import Kin, Lit
from ge_tui.tui.widgets.strips import changed_spans, lean
from tests.tui.lineage.runs import small
from tests.tui.population.sample import book_of

MODEL = small()
BOOK = book_of(MODEL)
COLUMNS = [(0, (0,)), (1, (3, 1, 2)), (2, (6, 4, 5)), (3, (8, 9, 7)), (4, (10, 11))]
LIVING = frozenset({0, 1, 2, 3, 6, 8, 11})
KIN = Kin(6, (6, 1, 0), frozenset({0, 1, 3}), frozenset({8, 11}))


def text(grid: Grid, y: int, start: int = 0, width: int = 999, cursor: int | None = None) -> str:
    return "".join(piece.text for piece in grid.line(y, start, width, cursor))


@given(st.sets(st.sampled_from(sorted(BOOK)), min_size=1), st.integers(1, 8), st.integers(0, 30), st.integers(1, 40))
def test_everyone_shown_has_one_cell_and_the_others_are_counted(
    shown: set[int], cell: int, start: int, width: int
) -> None:
    grid = Grid(grid_data(COLUMNS, BOOK, frozenset(shown)), Lit(KIN, living=LIVING), cell)
    found = [grid.at(x, y) for y in range(grid.height) for x in range(0, grid.width, cell)]
    assert sorted(number for number in found if number is not None) == sorted(shown)
    for number in shown:
        spot = grid.spot(number)
        assert spot is not None
        assert grid.at(spot.x + spot.width - 1, spot.y) == number
        assert text(grid, spot.y)[spot.x] == grid.lit.sign(BOOK[number])
    hidden = {number: grid.spot(number) for number in BOOK.keys() - shown}
    assert set(hidden.values()) <= {None}
    assert sum(column.hidden for column in grid.data.columns) == len(hidden)
    for y in range(1, grid.height):
        assert text(grid, y, start, width) == text(grid, y)[start : start + width]


def test_generations_are_numbered_where_a_whole_number_fits() -> None:
    data = grid_data([(generation, (generation,)) for generation in range(12)], BOOK, frozenset(range(12)))
    assert text(Grid(data, Lit(), 2), 0).rstrip() == "0   2   4   6   8   10"
    assert text(Grid(data, Lit(), 2), 0, 22, 2) == "  "
    assert text(Grid(data, Lit(), 1), 0, 1, 10) == "    5    10"[:10]


def test_signs_tell_kin_and_dead_ends_without_colour() -> None:
    grid = Grid(grid_data(COLUMNS, BOOK, frozenset(BOOK)), Lit(KIN, living=LIVING), 2)
    assert [text(grid, y).rstrip() for y in range(1, 4)] == ["◆ ‹ ◆ ★ ·", "  ◆ · · ○", "  • ✗ ·"]
    plain = Grid(grid.data, Lit(KIN, living=LIVING, ascii_only=True), 2)
    assert [text(plain, y).rstrip() for y in range(1, 4)] == ["# ( # * -", "  # - - .", "  + x -"]


def test_what_is_not_found_is_blank_but_for_kin_and_the_cursor() -> None:
    lit = Lit(KIN, matches=frozenset({9}), living=LIVING)
    grid = Grid(grid_data(COLUMNS, BOOK, frozenset(BOOK)), lit, 2)
    assert text(grid, 2, cursor=4).rstrip() == "  ◆ · · ○"
    assert text(grid, 3, cursor=4).rstrip() == ""


def test_cells_have_numbers_where_there_is_room_and_counts_where_lines_are_collapsed() -> None:
    data = grid_data(COLUMNS, BOOK, frozenset(BOOK))
    assert [cell_width(data, room, 0) for room in (80, 29, 9, 4)] == [6, 2, 1, 2]
    assert [cell_width(data, 80, zoom) for zoom in (-2, -1, 0, 1)] == [1, 2, 6, 6]
    some = grid_data(COLUMNS, BOOK, LIVING)
    assert cell_width(some, 9, 0) == 3
    assert text(Grid(some, Lit(living=LIVING), 3), 2).rstrip() == "   •  +2 +2 +1"
    assert text(Grid(data, Lit(marked=4), 6), 2)[12:18] == "· 4◆  "


def test_neighbours_are_of_the_same_column() -> None:
    grid = Grid(grid_data(COLUMNS, BOOK, frozenset(BOOK) - {4}), Lit(), 2)
    assert [grid.beside(6, step) for step in (-1, 1, 2, 99)] == [6, 5, 5, 5]
    assert grid.beside(4, 1) is None


def test_blanks_are_joined_to_what_looks_the_same_and_are_no_change() -> None:
    pale, plain, lined = (
        Style.parse("#777777 on #101010"),
        Style.parse("#ffffff on #101010"),
        Style.parse("u on #101010"),
    )
    strip = Strip([Segment("a", pale), Segment("  ", plain), Segment("b", lined), Segment(" ", plain)])
    joined = lean(strip)
    assert [segment.text for segment in joined] == ["a  ", "b", " "]
    assert joined.text == strip.text
    assert changed_spans(strip, joined) == []
    assert changed_spans(strip, Strip([Segment("a", pale), Segment("  ", lined), Segment("b ", lined)])) == [(1, 5)]
