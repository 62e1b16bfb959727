"""The pane as a user works it: every key, the mouse, and a run that goes on meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from ge_tui.run.store import Status
from ge_tui.tui.individuals.filter_bar import FilterBar, pointing_line
from ge_tui.tui.individuals.query import QueryError
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.population.actions import ACTIONS
from ge_tui.tui.population.pane import PopulationPane
from ge_tui.tui.population.pickers import ColumnPicker, SortPicker
from ge_tui.tui.text.glyphs import ASCII
from ge_tui.tui.watch.values import Progress
from tests.tui.population.sample import EVERYTHING, TableApp, many, one, replace, run_model
from tests.tui.rig import PaneApp, Watching, llm_run

SIZE = (120, 30)


async def settled(pilot: Pilot[None]) -> None:
    """Until what follows the cursor or a typed filter has followed."""
    await pilot.pause(0.3)
    await pilot.pause()


def said(app: TableApp, part: str) -> str:
    return str(app.pane.query_one(f".population--{part}, .card--{part}", Static).content)


async def test_a_finished_run_opens_at_its_best_and_says_so() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.shown() == list(range(10))
        assert app.pane.table.current == 1
        assert [message.number for message in app.messages(Pane.Selected)] == [1]
        assert "10 · 1 in training · 2 failed · by number ▲" in said(app, "status")
        assert said(app, "origin").startswith("#1 mutate of #0")
        assert "accuracy 0.9000" in said(app, "result")
        (line,) = [line for line in app.lines() if line.startswith("★")]
        assert "518" in line
        assert "▁▅█" in line


async def test_the_real_thing(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path))
    await watching.look()
    pane = PopulationPane(watching)
    app = PaneApp(pane)
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert pane.table.row_count == len(watching.model.individuals)
        await pilot.press("slash", *"op:create", "enter")
        await settled(pilot)
        made = [n for n, individual in watching.model.individuals.items() if individual.operator == "create"]
        assert [pane.table.number_at(row) for row in range(pane.table.row_count)] == made
    await watching.feed.close()


async def test_moving_is_told_once_the_cursor_stands_still_and_enter_wants_the_diff() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.posted.clear()
        await pilot.press("j", "j", "j")
        await settled(pilot)
        assert app.messages(Pane.Selected)[-1].number == 4
        assert len(app.messages(Pane.Selected)) <= 2
        assert "build: NameError: no Conv3" in said(app, "result")
        await pilot.press("k", "enter")
        await pilot.pause()
        assert app.messages(Pane.Selected)[-1].number == 3
        assert [message.pane for message in app.messages(Pane.Wanted)] == ["diff"]
        await pilot.double_click(app.pane.table, offset=(10, 6))
        await pilot.pause()
        assert app.messages(Pane.Selected)[-1].number == 6
        assert len(app.messages(Pane.Wanted)) == 2


async def test_the_shared_selection_moves_the_cursor_but_its_echo_does_not() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.pane.select(7)
        assert app.pane.table.current == 7
        await settled(pilot)
        assert "in training: step 300" in said(app, "result")
        await pilot.press("k")
        await settled(pilot)
        assert app.messages(Pane.Selected)[-1].number == 6
        app.pane.table.move_cursor(2)
        app.pane.select(6)
        assert app.pane.table.current == 2
        await settled(pilot)
        assert app.messages(Pane.Selected)[-1].number == 2
        app.pane.select(99)
        assert app.pane.table.current == 2


async def test_sorting_by_keys_by_the_picker_and_by_a_click_keeps_the_individual() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        table = app.pane.table
        await pilot.press("r")
        assert app.shown() == list(range(10))[::-1]
        assert table.current == 1
        await pilot.press("greater_than_sign", "greater_than_sign")
        assert (table.sorting.column, table.sorting.falling) == ("accuracy", True)
        assert app.shown() == [1, 5, 0, 2, 3, 4, 6, 7, 8, 9]
        await pilot.press("less_than_sign")
        assert table.sorting.column == "generation"
        await pilot.press("s")
        assert isinstance(app.screen, SortPicker)
        await pilot.press("escape", "s")
        await pilot.press("j", "j", "enter")
        assert table.sorting.column == "params"
        assert app.shown()[:4] == [0, 1, 5, 2]
        (gain,) = [place for place in table.placed if place.column.name == "gain"]
        await pilot.click("TableHead", offset=(gain.start + 1, 0))
        assert app.shown()[:4] == [5, 1, 2, 0]
        await pilot.click("TableHead", offset=(gain.start + 1, 0))
        assert app.shown()[:3] == [2, 1, 5]
        assert table.current == 1
        assert "by gain ▲" in said(app, "status")


async def test_columns_are_chosen_and_moved() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        usual = app.pane.table.chosen
        await pilot.press("c")
        assert isinstance(app.screen, ColumnPicker)
        await pilot.press("J", "j", "space", "enter")
        assert app.pane.table.chosen == ("generation", "number", *usual[3:])
        await pilot.press("c", "space", "escape")
        assert app.pane.table.chosen == ("generation", "number", *usual[3:])
        await pilot.press("c", "r", "enter")
        assert app.pane.table.chosen == usual
        await pilot.press("c", *["space", "down"] * len(app.pane.table.columns), "enter")
        assert len(app.pane.table.chosen) >= 1


async def test_a_filter_is_in_force_while_it_is_typed() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        bar = app.pane.query_one(FilterBar)
        await pilot.press("slash", *"failed")
        await settled(pilot)
        assert app.shown() == [3, 4]
        assert app.pane.table.current in (3, 4)
        assert "2 of 10 · /failed" in said(app, "status")
        await pilot.press("space", *"acc>")
        await settled(pilot)
        assert app.shown() == [3, 4]
        assert "^ a number is missing" in str(bar.query_one("Static:last-of-type", Static).content)
        await pilot.press("enter")
        assert bar.is_open
        await pilot.press(*["backspace"] * 5, "enter")
        await settled(pilot)
        assert not bar.is_open
        assert app.focused is app.pane.table
        await pilot.press("escape")
        await settled(pilot)
        assert app.shown() == list(range(10))
        assert "/" not in said(app, "status")
        assert app.pane.check_action("clear_filter", ()) is False


async def test_the_history_of_filters_the_completion_and_escape() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        field = app.pane.query_one(FilterBar).query_one(Input)
        await pilot.press("slash", *"failed", "enter", "slash", *["backspace"] * 6, *"front", "enter", "slash")
        await pilot.press("up")
        assert field.value == "front"
        await pilot.press("up", "up")
        assert field.value == "failed"
        await pilot.press("down", "down")
        assert field.value == "front"
        await pilot.press("space", *"persona:exp")
        await settled(pilot)
        await pilot.press("right")
        assert field.value == "front persona:expert"
        await pilot.press("escape")
        await settled(pilot)
        assert app.shown() == list(range(10))
        assert app.pane.remembered()["history"] == ["failed", "front"]


async def test_after_a_filter_the_cursor_is_back_on_what_was_selected() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.pane.select(4)
        await pilot.press("slash", *"front", "enter", "escape")
        await pilot.pause()
        assert app.pane.table.current in (0, 1, 4)
        app.pane.select(8)
        await pilot.press("slash", *"waiting", "enter", "escape")
        await settled(pilot)
        assert app.pane.table.current == 8


async def test_a_mark_is_told_and_shown() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("m", "j", "m")
        await pilot.pause()
        assert [message.number for message in app.messages(PopulationPane.Marked)] == [1, 2]
        assert [line[1] for line in app.lines()[:4]] == [" ", " ", "◆", " "]
        await pilot.press("m")
        await pilot.pause()
        assert app.messages(PopulationPane.Marked)[-1].number is None
        assert all(line[1:2] != "◆" for line in app.lines())


async def test_going_to_the_best_and_to_a_parent() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.pane.select(5)
        await pilot.press("u")
        assert app.pane.table.current == 2
        await pilot.press("u", "u")
        assert app.pane.table.current == 0
        await pilot.press("b")
        assert app.pane.table.current == 1
        await pilot.press("slash", *"failed", "enter", "b")
        await pilot.pause()
        assert [note.message for note in app._notifications] == ["it has no parent", "#1 is not shown by the filter"]


async def test_a_running_one_is_followed_until_the_user_goes_elsewhere() -> None:
    app = TableApp(run_model(alive=True))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.pane.following
        assert app.pane.table.current == 9
        app.update(one(10, Status.PROPOSING))
        await settled(pilot)
        assert app.pane.table.current == 10
        assert app.messages(Pane.Selected)[-1].number == 10
        await pilot.press("k")
        await settled(pilot)
        app.update(one(11, Status.PROPOSING))
        assert not app.pane.following
        assert app.pane.table.current == 9
        await pilot.press("f")
        assert app.pane.table.current == 11
        assert "following the newest" in said(app, "status")
        await pilot.press("f")
        assert "following" not in said(app, "status")


@pytest.mark.parametrize("falling", [False, True])
async def test_the_cursor_and_what_is_seen_stay_while_rows_come_and_move(falling: bool) -> None:
    app = TableApp(run_model(many(200)), kept={"sort": "accuracy", "falling": falling})
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        table = app.pane.table
        table.move_cursor(100)
        await settled(pilot)
        current, line = table.current, table.cursor - table.scroll_offset.y
        best = 5.0 if falling else -5.0
        for number in range(200, 220):
            app.update(one(number, metrics={"accuracy": best, "params": 5.0}))
        app.update(replace(app.model.individuals[current], persona="changed"))
        await pilot.pause()
        assert table.current == current
        assert table.cursor == 120
        assert table.cursor - table.scroll_offset.y == line
        assert "changed" in table.render_line(line).text
        app.update(replace(app.model.individuals[current], metrics={"accuracy": best * 2, "params": 5.0}))
        await pilot.pause()
        assert (table.current, table.cursor) == (current, 0)
        assert "changed" in app.lines()[table.cursor - table.scroll_offset.y]
        order = [app.model.individuals[number].metrics["accuracy"] for number in app.shown()]
        assert order == sorted(order, reverse=falling)


async def test_a_training_goes_forward_and_what_leaves_the_filter_goes() -> None:
    app = TableApp(run_model(), kept={"filter": "training"})
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.shown() == [7]
        assert " 25%" in app.lines()[0]
        app.update(replace(EVERYTHING[7], progress=Progress(600, 1200, 1.0)))
        await pilot.pause()
        assert " 50%" in app.lines()[0]
        app.update(replace(EVERYTHING[7], status=Status.EVALUATED, progress=None))
        await settled(pilot)
        assert app.shown() == []
        assert said(app, "origin") == "nothing is shown"
        await pilot.press("enter", "m", "u", "j", "G")
        await pilot.pause()
        assert app.messages(Pane.Wanted) == []


async def test_no_more_is_painted_than_changed() -> None:
    app = TableApp(run_model(many(500)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        table, painted = app.pane.table, []
        table.move_cursor(250)
        await settled(pilot)
        paint = table.refresh
        table.refresh = lambda *regions, **how: (painted.extend(regions), paint(*regions, **how))[1]  # type: ignore[method-assign]
        top = table.scroll_offset.y
        app.update(replace(app.model.individuals[3], persona="unseen"), one(500))
        await pilot.pause()
        assert painted == []
        app.update(replace(app.model.individuals[top + 2], persona="someone"))
        await pilot.pause()
        assert [(region.y, region.height) for region in painted] == [(2, 1)]


async def test_a_run_that_has_nothing_yet_and_then_begins() -> None:
    app = TableApp(run_model((), alive=True))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert said(app, "origin") == "no individual yet"
        await pilot.press("j", "s", "enter", "r", "f", "b", "slash", "a", "enter", "escape")
        app.update(*EVERYTHING)
        await settled(pilot)
        assert sorted(app.shown()) == list(range(10))


async def test_what_was_remembered_is_restored() -> None:
    app = TableApp(run_model())
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("c", "space", "enter", "greater_than_sign", "slash", *"evaluated", "enter")
        await settled(pilot)
        kept = app.pane.remembered()
    again = TableApp(run_model(), kept=kept)
    async with again.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert again.pane.remembered() == kept
        assert again.shown() == app.shown() == [0, 1, 2]
        assert again.pane.table.chosen == tuple(kept["columns"])
        assert "number" not in kept["columns"]


@pytest.mark.parametrize("size", [(40, 8), (20, 5), (80, 24), (250, 70)])
async def test_any_size(size: tuple[int, int]) -> None:
    app = TableApp(run_model(many(100)), glyphs=ASCII)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        table = app.pane.table
        assert table.size.height >= size[1] - 4
        assert all(table.render_line(y).cell_length == table.row_width for y in range(table.size.height))
        assert any(place.column.name == "number" for place in table.placed)
        await pilot.press("slash", *"front acc>", "enter")
        await settled(pilot)
        assert app.pane.query_one(FilterBar).is_open
        assert table.size.height >= 1
        await pilot.press("escape", "s", "escape", "c", "escape", "G")
        await pilot.resize_terminal(60, 20)
        await settled(pilot)
        assert all(table.render_line(y).cell_length == table.row_width for y in range(table.size.height))
        assert all(line.isascii() for line in app.lines())


async def test_holding_down_a_key_stays_fluid_in_a_large_run() -> None:
    app = TableApp(run_model(many(3000)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        for key in ("j", "pagedown", "k", "pageup"):
            for _ in range(50):
                app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await settled(pilot)
        assert app.messages(Pane.Selected)[-1].number == app.pane.table.current
        assert len(app.messages(Pane.Selected)) < 100


async def test_every_action_has_its_method_and_a_key_of_its_own() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert all(callable(getattr(PopulationPane, f"action_{action.method}")) for action in ACTIONS)
    assert all(action.scope == PopulationPane.NAME for action in ACTIONS)


def test_a_mistake_is_pointed_at() -> None:
    error = QueryError("no field 'x'", 3)
    assert pointing_line(error, 2, 60) == "     ^ no field 'x'"
    assert pointing_line(QueryError("wrong", 30), 2, 36) == "wrong" + " " * 27 + "^"
    assert pointing_line(QueryError("very wrong indeed", 9), 2, 20) == "at 10: very wrong indeed"


async def test_ten_thousand_are_no_burden() -> None:
    """Not a benchmark: only that nothing is done for every row at every change."""
    app = TableApp(run_model(many(10_000)))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        drawn: list[int] = []
        table = app.pane.table
        render = table.render_row
        table.render_row = lambda index, width, *, cursor: (drawn.append(index), render(index, width, cursor=cursor))[1]  # type: ignore[method-assign]
        app.update(*(replace(app.model.individuals[number], persona="x") for number in range(5000, 5020)))
        await asyncio.sleep(0)
        assert drawn == []
