"""The picture: everyone has a cell, and cells know who stands in them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.search import Objective
from ge_tui.tui.front.chart import SMALLEST, Chart, draw_chart
from ge_tui.tui.front.points import Axes, Point, PointBook, Rank, axes_of, inside_box, on_front, stairs
from ge_tui.tui.front.walk import DOWN, LEFT, RIGHT, UP, along_front, in_cell, nearest
from ge_tui.tui.front.window import around_front, is_close_enough, whole
from ge_tui.tui.plot.pieces import text_of, width_of
from ge_tui.tui.watch import RunModel, Update
from tests.tui.front.sample import ACCURACY, PARAMS, at, front_model

AXES = Axes(ACCURACY, PARAMS)
SIZE = (70, 24)


def book(model: RunModel | None = None) -> PointBook:
    made = PointBook()
    made.update(model or front_model(), (model or front_model()).individuals)
    return made


def chart(size: tuple[int, int] = SIZE, **more: bool) -> Chart:
    points = book().points
    found = draw_chart(points, AXES, whole(points, AXES), size, **more)
    assert found is not None
    return found


def test_who_has_a_place_and_who_is_what() -> None:
    made = book()
    assert set(made.points) == set(range(8))
    assert made.failed == {8}
    assert [point.number for point in on_front(made.points)] == [3, 1, 5, 4]
    assert made.points[0].rank is Rank.SEED
    assert made.seed is not None
    assert [n for n, point in made.points.items() if inside_box(point, made.seed, AXES)] == [1, 5]


def test_only_what_is_new_is_another_picture() -> None:
    model = front_model()
    made = book(model)
    assert not made.update(model, model.individuals)
    assert not made.update(model, [10, 99])
    model.apply(Update(individuals=(at(11, 0.99, 60_000.0),)))
    assert made.update(model, [11])
    assert made.points[11].front


def test_the_picture_shows_front_seed_dominated_and_several_in_one_cell() -> None:
    drawn = chart()
    assert [text_of(row) for row in drawn.rows].count("") == 0
    signs = {number: drawn.spots[cell].piece[0] for number, cell in drawn.where.items()}
    assert [signs[number] for number in (0, 1, 2, 3)] == ["◇", "★", "·", "★"]
    assert signs[6] == signs[7] == "2"
    assert drawn.spots[drawn.where[6]].numbers == (6, 7)
    assert len(drawn.rows) == SIZE[1]
    assert {width_of(row) for row in drawn.rows} == {SIZE[0]}
    text = "\n".join(map(text_of, drawn.rows))
    assert "accuracy ↑" in text
    assert "← params" in text
    assert "┌" in text or "┘" in text
    assert "┄" in text


def test_ascii_alone_where_the_terminal_has_no_more() -> None:
    assert "\n".join(map(text_of, chart(unicode=False).with_selected(4))).isascii()


def test_without_the_dominated_ones() -> None:
    drawn = chart(dominated=False)
    assert set(drawn.where) == {0, 1, 3, 4, 5}


def test_cells_lead_to_individuals_and_the_selected_one_is_set_off() -> None:
    drawn = chart()
    column, row = drawn.where[5]
    assert drawn.at(column + drawn.left, row + drawn.top) == (5,)
    assert drawn.at(0, 0) == ()
    plain, chosen = drawn.with_selected(None), drawn.with_selected(5, 3)
    different = [y for y, (a, b) in enumerate(zip(plain, chosen, strict=True)) if a != b]
    assert len(different) == 3  # that of the selected, of the marked one, and the axis
    assert "◆" in text_of(chosen[drawn.where[3][1] + drawn.top])
    assert "▲" in text_of(chosen[drawn.top + drawn.height])
    assert text_of(chosen[drawn.where[5][1] + drawn.top])[drawn.left - 1] == "▶"


def test_where_better_is() -> None:
    lower = Axes(Objective("loss", "min"), Objective("flops", "max"))
    assert (lower.x_good, lower.y_good) == (1, -1)
    points = {
        n: Point(n, float(x), float(y), Rank.FRONT, front=True) for n, (x, y) in enumerate([(1, 1), (2, 2), (3, 3)])
    }
    assert [p.number for p in stairs(list(points.values()), lower)] == [2, 1, 0]
    drawn = draw_chart(points, lower, whole(points, lower), SIZE)
    assert drawn is not None
    assert "loss ↓" in text_of(drawn.rows[0])
    assert "flops →" in text_of(drawn.rows[-1])


def test_a_lone_objective_stands_over_the_size() -> None:
    found = axes_of([ACCURACY])
    assert found is not None
    assert found.x.name == "params"
    assert axes_of([]) is None
    assert axes_of([PARAMS]).x.name == "accuracy"  # type: ignore[union-attr]


NUMBER = st.floats(allow_nan=True, allow_infinity=True)
POINT = st.tuples(NUMBER, NUMBER, st.sampled_from(Rank), st.booleans())


@given(st.lists(POINT, max_size=30), st.integers(0, 120), st.integers(0, 50), st.booleans(), st.booleans())
def test_any_points_at_any_size(some: list[tuple], width: int, height: int, up: bool, unicode: bool) -> None:
    axes = Axes(Objective("a", "max" if up else "min"), Objective("b", "min", "log10"))
    points = {
        n: Point(n, x, y, rank, front)
        for n, (x, y, rank, front) in enumerate(some)
        if math.isfinite(x) and x > 0 and math.isfinite(y)
    }
    for window in (whole(points, axes), around_front(points, axes)):
        drawn = draw_chart(points, axes, window, (width, height), unicode=unicode)
        if drawn is None:
            assert width < SMALLEST[0] + 12 or height < SMALLEST[1]
            continue
        assert len(drawn.rows) == height
        assert {width_of(row) for row in drawn.rows} == {width}
        assert len(drawn.where) + drawn.outside == len(points)
        assert all(0 <= x < drawn.width and 0 <= y < drawn.height for x, y in drawn.where.values())
        assert sorted(n for spot in drawn.spots.values() for n in spot.numbers) == sorted(drawn.where)
        for number in [None, *drawn.where]:
            assert {width_of(row) for row in drawn.with_selected(number, number)} == {width}
    everything = draw_chart(points, axes, whole(points, axes), (80, 24))
    assert everything is not None
    assert everything.outside == 0


def test_along_the_front_in_order_and_to_its_ends() -> None:
    drawn = chart()
    assert drawn.front == [3, 1, 5, 4]
    walked = [3]
    while (after := along_front(drawn, walked[-1], RIGHT)) is not None:
        walked.append(after)
    assert walked == [3, 1, 5, 4]
    assert along_front(drawn, 1, LEFT) == 3
    assert along_front(drawn, 1, UP) == 5
    assert along_front(drawn, 1, DOWN) == 3
    assert along_front(drawn, 4, UP) is None
    assert along_front(drawn, 6, LEFT) == 5  # from elsewhere to the nearest
    assert along_front(drawn, None, RIGHT) == 3
    assert along_front(drawn, None, LEFT) == 4


def test_to_what_is_nearest_on_the_front_or_not() -> None:
    drawn = chart()
    assert nearest(drawn, 2, UP) == 0
    assert nearest(drawn, 2, DOWN) == 6
    assert nearest(drawn, 3, LEFT) is None
    assert nearest(drawn, None, RIGHT) == 3


@given(st.integers(0, 7), st.sampled_from([LEFT, RIGHT, UP, DOWN]))
def test_the_nearest_lies_in_the_direction(number: int, direction: tuple[int, int]) -> None:
    drawn = chart()
    found = nearest(drawn, number, direction)
    if found is not None:
        here, there = drawn.where[number], drawn.where[found]
        assert (there[0] - here[0]) * direction[0] + (there[1] - here[1]) * direction[1] > 0


def test_through_those_that_share_a_cell() -> None:
    drawn = chart()
    assert in_cell(drawn, 6, 1) == 7
    assert in_cell(drawn, 7, 1) == 6
    assert in_cell(drawn, 6, -1) == 7
    assert in_cell(drawn, 1, 1) is None
    assert in_cell(drawn, None, 1) is None


def test_a_window_follows_and_covers() -> None:
    points = book().points
    everything, near = whole(points, AXES), around_front(points, AXES)
    assert everything.covers(everything)
    assert not near.holds(points[6])
    moved = near.following(points[6])
    assert moved.holds(points[6])
    assert moved.x.high - moved.x.low == pytest.approx(near.x.high - near.x.low)
    assert everything.zoomed(3, None).covers(everything)
    closer = everything.zoomed(0.2, points[5])
    assert closer.holds(points[5])
    assert not closer.holds(points[3])
    assert not is_close_enough(closer, everything)
    assert is_close_enough(everything.zoomed(1e-7, points[5]), everything)
