"""The layered layout: nobody over another, edges only forward, as few crossings as before or fewer."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.lineage.layer_drawing import LayerData, LayerDrawing
from ge_tui.tui.lineage.layers import arrange, crossings, spread
from ge_tui.tui.lineage.raster import Raster
from ge_tui.tui.lineage.signs import Kin, Lit
from tests.tui.lineage.families import Parents, edges_of, families
from tests.tui.lineage.runs import small
from tests.tui.population.sample import book_of, one, run_model


def layers_of(parents: Parents) -> dict[int, int]:
    found: dict[int, int] = {}
    for number in parents:
        found[number] = max((found[parent] + 1 for parent in parents[number]), default=0)
    return found


@given(families(), st.integers(1, 2))
def test_everyone_has_a_place_of_their_own_and_every_edge_leads_there(parents: Parents, gap: int) -> None:
    layer_of, edges = layers_of(parents), edges_of(parents)
    layout = arrange(layer_of, edges, gap)
    assert {number: layer for layer, several in enumerate(layout.layers) for number in several} == layer_of
    taken: dict[int, dict[int, object]] = {}
    for number, line in layout.heights.items():
        assert taken.setdefault(layer_of[number], {}).setdefault(line, number) == number
    assert set(layout.paths) == edges
    for (parent, child), path in layout.paths.items():
        assert path[0] == (layer_of[parent], layout.heights[parent])
        assert path[-1] == (layer_of[child], layout.heights[child])
        assert [layer for layer, _ in path] == list(range(layer_of[parent], layer_of[child] + 1))
        for layer, line in path[1:-1]:
            assert taken.setdefault(layer, {}).setdefault(line, (parent, child)) == (parent, child)
    for lines in taken.values():
        assert all(after - before >= gap for before, after in pairwise(sorted(lines)))
    assert min(line for lines in taken.values() for line in lines) == 0
    assert layout.height == max(line for lines in taken.values() for line in lines) + 1


@given(st.lists(st.permutations(range(5)), min_size=2, max_size=4), st.data())
def test_crossings_are_counted_as_one_sees_them(orders: list[list[int]], data: st.DataObject) -> None:
    layers = [[10 * layer + item for item in order] for layer, order in enumerate(orders)]
    several = [(a, b) for left, right in pairwise(layers) for a in left for b in right]
    links = data.draw(st.lists(st.sampled_from(several), unique=True))
    place = {item: index for layer in layers for index, item in enumerate(layer)}
    seen = sum(
        (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in combinations(links, 2)
        if a // 10 == c // 10
    )
    assert crossings(layers, links) == seen


def test_sweeps_take_crossings_out() -> None:
    pairs = {(parent, 9 - parent) for parent in range(5)}
    layout = arrange({number: number // 5 for number in range(10)}, pairs)
    heights = layout.heights
    assert all(heights[parent] == heights[child] for parent, child in pairs)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20), st.floats(0.5, 3))
def test_places_are_spread_in_order_and_stay_where_there_is_room(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap)
    assert all(after - before >= gap - 1e-9 for before, after in pairwise(placed))
    assert sum(placed) == pytest.approx(sum(wanted), abs=1e-6)
    if all(after - before >= gap for before, after in pairwise(wanted)):
        assert placed == pytest.approx(wanted)


@given(*[st.integers(0, 30)] * 4, st.booleans())
def test_a_line_is_without_holes_and_ends_where_it_should(
    x: int, y: int, more: int, to_y: int, ascii_only: bool
) -> None:
    raster = Raster(ascii_only=ascii_only)
    raster.line((x, y), (x + more, to_y), "kind")
    cells = {(column, line): character for column, line, character, _ in raster.cells()}
    assert {(x, y), (x + more, to_y)} <= cells.keys()
    assert all(character.isascii() or 0x2800 < ord(character) < 0x2900 for character in cells.values())
    assert {column for column, _ in cells} == set(range(x, x + more + 1))
    reached, todo = {(x, y)}, [(x, y)]
    for column, line in todo:
        near = {(column + i, line + j) for i in (-1, 0, 1) for j in (-1, 0, 1)} & cells.keys() - reached
        reached |= near
        todo += near
    assert reached == cells.keys()


@given(families(14), st.booleans(), st.integers(0, 60), st.integers(1, 60))
def test_the_drawing_shows_everyone_once(parents: Parents, ascii_only: bool, start: int, width: int) -> None:
    model = run_model(tuple(one(number, parents=several) for number, several in parents.items()))
    layout = arrange(layers_of(parents), edges_of(parents))
    last = max(parents)
    lit = Lit(Kin(last, (last,)), frozenset({0}), frozenset(parents), marked=last, ascii_only=ascii_only)
    drawing = LayerDrawing(LayerData(layout, book_of(model), {0: 12}), lit)
    for number in parents:
        spot = drawing.spot(number)
        assert spot is not None
        assert {drawing.at(spot.x, spot.y), drawing.at(spot.x + spot.width - 1, spot.y)} == {number}
        text = "".join(piece.text for piece in drawing.line(spot.y, spot.x, spot.width, None))
        assert str(number) in text
        assert text.endswith(" +12") == (number == 0)
        whole = "".join(piece.text for piece in drawing.line(spot.y, 0, drawing.width, number))
        part = "".join(piece.text for piece in drawing.line(spot.y, start, width, number))
        assert part == whole[start : start + width]
        assert len(whole) == drawing.width
        assert not ascii_only or whole.isascii()


def test_lines_between_relatives_have_their_colour() -> None:
    model = small()
    parents = {number: individual.parents for number, individual in model.individuals.items()}
    kin = Kin(6, (6, 1, 0), frozenset({0, 1, 3}), frozenset({8, 11}))
    drawing = LayerDrawing(LayerData(arrange(layers_of(parents), edges_of(parents)), book_of(model), {}), Lit(kin))
    kinds = {piece.kind for y in range(drawing.height) for piece in drawing.line(y, 0, drawing.width, None)}
    assert {"edge", "edge-main", "edge-ancestor", "edge-descendant", "main", "ancestor", "descendant"} <= kinds
