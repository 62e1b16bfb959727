"""A list of lines: its cursor, its scrolling, and that no more is painted than changed."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from ge_tui.tui.widgets.line_list import LineList
from ge_tui.tui.widgets.strips import changed_span


class Words(LineList):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.words = [f"row {number}" for number in range(count)]
        self.row_count = count
        self.painted: list[Region] = []

    def render_row(self, index: int, width: int, *, cursor: bool) -> Strip:
        style = self.row_style(cursor=cursor)
        return Strip([Segment("> " if cursor else "  ", style), Segment(self.words[index], style)])

    def refresh(self, *regions: Region, **how: bool) -> Words:  # type: ignore[override]
        if self.is_mounted:
            self.painted += regions
        super().refresh(*regions, **how)
        return self


class ListApp(App[None]):
    def __init__(self, count: int = 100) -> None:
        super().__init__()
        self.list = Words(count)
        self.posted: list[LineList.OfRow] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_line_list_highlighted(self, message: LineList.Highlighted) -> None:
        self.posted.append(message)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self.posted.append(message)

    def lines(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        ("down", 1), ("j j k", 1), ("G", 99), ("end up", 98), ("G g", 0), ("G home", 0), ("k", 0), ("G j", 99),
        ("pagedown", 19), ("pagedown ctrl+d", 38), ("pagedown pagedown pageup", 19),
    ],
)  # fmt: skip
async def test_keys_move_the_cursor_and_keep_it_in_view(keys: str, cursor: int) -> None:
    app = ListApp()
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.press(*keys.split())
        assert app.list.cursor == cursor
        assert [line for line in app.lines() if line.startswith(">")] == [f"> row {cursor}"]
        if cursor:
            assert app.posted[-1].index == cursor


async def test_enter_and_a_double_click_choose_and_the_wheel_leaves_the_cursor() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.press("j", "enter")
        await pilot.double_click(app.list, offset=(3, 5))
        chosen = [message.index for message in app.posted if isinstance(message, LineList.Chosen)]
        assert chosen == [1, 5]
        wheel = events.MouseScrollDown(app.list, 3, 5, 0, 1, 0, False, False, False, 3, 5)
        app.list.post_message(wheel)
        await pilot.pause()
        assert app.lines()[0] == "  row 3"
        assert app.list.cursor == 5


async def test_only_what_changed_is_painted() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.pause()
        app.list.painted.clear()
        await pilot.press("j")
        assert [(r.y, r.height) for r in app.list.painted] == [(0, 1), (1, 1)]
        app.list.painted.clear()
        app.list.update_rows()
        app.list.update_rows([0, 1, 50, 70])
        assert app.list.painted == []
        app.list.words[4], app.list.words[60] = "new 4", "new 60"
        app.list.update_rows([3, 4, 60])
        assert app.list.painted == [Region(2, 4, 5, 1)]
        app.list.painted.clear()
        app.list.words.append("row 100")
        app.list.row_count = 101
        await pilot.pause()
        assert app.list.painted == []
        await pilot.press("G")
        assert app.lines()[-1] == "> row 100"


async def test_a_bar_that_comes_late_stands_where_the_list_is() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 20)) as pilot:
        app.list.show_vertical_scrollbar = False
        app.list.scroll_to(y=60, animate=False, force=True)
        app.list.show_vertical_scrollbar = True
        await pilot.pause()
        assert app.list.vertical_scrollbar.position == app.list.scroll_offset.y == 60


async def test_rows_that_go_take_the_cursor_with_them_and_rows_that_come_are_seen() -> None:
    app = ListApp(3)
    async with app.run_test(size=(30, 20)) as pilot:
        await pilot.press("G")
        app.list.row_count = 1
        assert (app.list.cursor, app.lines()[:2]) == (0, ["> row 0", ""])
        app.list.row_count = 0
        assert app.list.cursor == -1
        await pilot.press("j", "enter", "pagedown", "g")
        assert app.list.cursor == -1
        app.list.row_count = 3
        await pilot.pause()
        assert (app.list.cursor, app.lines()[:4]) == (0, ["> row 0", "  row 1", "  row 2", ""])


async def test_the_colours_are_those_of_the_theme_in_force() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 20)) as pilot:
        dark = app.list.render_line(3)
        app.theme = "textual-light"
        await pilot.pause()
        light = app.list.render_line(3)
        assert dark.text == light.text
        assert dark != light


async def test_after_a_change_of_size_the_cursor_is_in_view() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 40)) as pilot:
        app.list.move_cursor(35)
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert any(line.startswith(">") for line in app.lines())
        assert app.list.render_line(0).cell_length == 19


def test_the_cells_that_differ() -> None:
    red = Style(color="red")
    row = Strip([Segment("ab"), Segment("cd", red), Segment("ef")])
    assert changed_span(row, Strip([Segment("ab"), Segment("cd", red), Segment("ef")])) is None
    assert changed_span(row, Strip([Segment("ab"), Segment("xd", red), Segment("ef")])) == (2, 4)
    assert changed_span(row, Strip([Segment("ab"), Segment("cd"), Segment("ef")])) == (2, 4)
    assert changed_span(row, Strip([Segment("ab")])) == (0, 6)
