"""Panes fill the screen, none twice, none over another, at any size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.panes.arrangement import THREE_COLUMNS, TWO_COLUMNS, places, shorten

PANES = ("population", "diff", "controls", "llm", "log", "lineage", "front", "credit", "history")


@given(st.integers(1, 400), st.integers(2, 200), st.permutations(PANES), st.one_of(st.none(), st.sampled_from(PANES)))
def test_the_places_tile_the_screen(width: int, height: int, recent: list[str], zoomed: str | None) -> None:
    found = places(width, height, PANES, recent, zoomed)
    cells = [[0] * width for _ in range(height)]
    for place in found:
        for y in range(place.y, place.y + place.height):
            for x in range(place.x, place.x + place.width):
                cells[y][x] += 1
    assert all(cell == 1 for row in cells for cell in row)
    assert len({place.pane for place in found}) == len(found)
    stacked = [pane for place in found for pane in place.stack]
    assert sorted(stacked) == sorted(PANES)
    assert recent[0] in {place.pane for place in found} or zoomed is not None


def test_one_two_or_three_columns() -> None:
    for width, height, expected in ((80, 24, 1), (TWO_COLUMNS, 24, 2), (120, 40, 2), (THREE_COLUMNS, 30, 3)):
        found = places(width, height, PANES, PANES)
        assert len({place.x for place in found}) == expected
    assert len(places(200, 60, PANES, PANES)) == 5


def test_the_pane_used_last_is_in_front_of_those_that_share_its_place() -> None:
    found = places(120, 24, PANES, ("llm", "controls", "log", "population", "diff"))
    assert [place.pane for place in found] == ["log", "llm"]


def test_what_explains_shares_the_place_of_the_diff_and_the_history_that_of_the_log() -> None:
    stacks = {place.stack for place in places(200, 60, PANES, PANES)}
    assert {("diff", "lineage", "front", "credit"), ("log", "history")} <= stacks
    found = places(120, 40, PANES, ("history", "credit", *PANES))
    assert [place.pane for place in found] == ["population", "history", "credit"]


def test_titles_give_way_by_the_letter_the_longest_first() -> None:
    titles = ["Diff", "Controls", "LLM", "Lineage", "Front"]
    assert shorten(titles, 27) == titles
    assert shorten(titles, 24) == ["Diff", "Contro", "LLM", "Lineag", "Front"]
    assert shorten(titles, 24, ["Controls"]) == ["Diff", "Controls", "LLM", "Line", "Front"]
    assert shorten(titles, 12, ["Controls"]) == ["", "Controls", "", "", ""]
