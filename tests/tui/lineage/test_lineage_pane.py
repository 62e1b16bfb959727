"""The pane as a user works it: every key, the mouse, and a run that goes on meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from ge_tui.run.store import Status
from ge_tui.tui.lineage.actions import ACTIONS
from ge_tui.tui.lineage.family import Ancestry
from ge_tui.tui.lineage.lane_list import LaneList
from ge_tui.tui.lineage.layer_drawing import LayerDrawing
from ge_tui.tui.lineage.pane import LineagePane
from ge_tui.tui.lineage.picture import MOST_DRAWN, View
from ge_tui.tui.panes.pane import Pane
from ge_tui.tui.watch import RunModel
from tests.tui.lineage.runs import LineageApp, evolved, individual, one, small
from tests.tui.rig import PaneApp, Watching, llm_run

SIZE = (100, 24)


async def settled(pilot: Pilot[None]) -> None:
    """Until the screen shows what was asked for, and others were told."""
    app = pilot.app
    assert isinstance(app, PaneApp)
    pane = app.pane
    assert isinstance(pane, LineagePane)
    await pilot.pause(0.12)
    async with asyncio.timeout(10):
        while not (pane.idle and pane._loader.knows_kin):
            await pilot.pause(0.02)
    await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def begin(pilot: Pilot[None]) -> None:
    pilot.app.pane.focus()  # type: ignore[attr-defined]
    await settled(pilot)


def said(app: LineageApp, part: str) -> str:
    return str(app.pane.query_one(f".lineage--{part}, .card--{part}", Static).content)


def notes(app: LineageApp) -> list[str]:
    return [notice.message for notice in app._notifications]


async def test_it_opens_at_the_champion_with_its_family_lit() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        assert app.pane.number == 8
        assert app.lines()[:4] == [
            "0     1     2     3     4",
            "◆ 0   ‹ 3   ◆ 6   ★ 8   · 10",
            "      ◆ 1   · 4   · 9   ○ 11",
            "      ‹ 2   ✗ 5   · 7",
        ]
        assert said(app, "status") == " grid of 12 · #8: 5 ancestors, 1 descendant · main line of 4"
        assert said(app, "origin").startswith("#8 crossover of #6 and #2")
        assert "accuracy 0.9000 · +0.2000 against #6" in said(app, "result")


async def test_the_arrows_move_through_the_family() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        for key, number in (
            ("left", 6), ("right", 8), ("h", 6), ("u", 1), ("left", 0), ("right", 1), ("down", 2), ("up", 1), ("k", 3),
            ("l", 6), ("j", 4), ("right", 9), ("end", 7), ("home", 8), ("pagedown", 7), ("pageup", 8),
            ("G", 7), ("g", 8),
        ):  # fmt: skip
            await press(pilot, key)
            assert app.pane.number == number, key
        assert app.selected()[-1] == 8
        await press(pilot, "right", "right")
        assert notes(app)[-1] == "#11 has no children"
        await press(pilot, "s")
        assert notes(app)[-1] == "#11 has no siblings"
        app.pane.go(0)
        await press(pilot, "left")
        assert notes(app)[-1] == "#0 has no parent"
        app.pane.go(4)
        await press(pilot, "s")
        assert app.pane.number == 5
        await press(pilot, "s", "s")
        assert app.pane.number == 4


async def test_the_champion_its_main_line_and_the_front_have_keys() -> None:
    model = small()
    app = LineageApp(model)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        app.pane.go(7)
        for key, number in (("t", 1), ("t", 6), ("t", 8), ("t", 8), ("T", 6), ("T", 1), ("T", 0), ("b", 8)):
            await press(pilot, key)
            assert app.pane.number == number
    both = LineageApp(evolved(200, 20))
    async with both.run_test(size=SIZE) as pilot:
        await begin(pilot)
        front = sorted(both.model.front, key=lambda n: -both.model.individuals[n].metrics["accuracy"])
        assert len(front) > 2
        assert both.pane.number == front[0]
        await press(pilot, "f")
        assert both.pane.number == front[1]
        await press(pilot, "F", "F")
        assert both.pane.number == front[-1]


async def test_the_selection_is_shared() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        app.pane.select(4)
        await settled(pilot)
        assert app.pane.number == 4
        assert said(app, "status").endswith("3 dead below")
        assert app.selected() == []
        app.pane.action_up()
        app.pane.action_parent()
        await settled(pilot)
        (message,) = [m for m in app.posted if isinstance(m, Pane.Selected)]
        assert (message.number, message.pane) == (1, app.pane)
        app.pane.go(3)
        app.pane.select(1)
        assert app.pane.number == 3, "the echo of an earlier one does not move the cursor back"
        await press(pilot, "enter")
        assert [m.pane for m in app.posted if isinstance(m, Pane.Wanted)] == ["diff"]


LANES = ["★─╮", "◆─│─╮", "┃ │ ‹", "┃ ‹─┤", "◆   │", "◆───╯"]


async def test_lanes_tell_the_story_and_stay_while_one_walks_in_them() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "v")
        assert app.pane.wish.view is View.LANES
        lines = app.lines()
        assert [line[:5].rstrip() for line in lines[1:7]] == LANES
        assert "gain" in lines[0]
        assert "crossover" in lines[1]
        assert "+0.2000" in lines[1]
        assert said(app, "status").startswith(" lanes · #8: 5 ancestors")
        await press(pilot, "down", "down")
        assert app.pane.number == 3
        assert len([line for line in app.lines() if line.strip()]) == 7, "the rows above are still there"
        await press(pilot, "o")
        assert [line for line in app.lines() if line.strip()][1].startswith("◆")
        assert len([line for line in app.lines() if line.strip()]) == 3
        await press(pilot, "b", "a")
        assert app.pane.wish.ancestry is Ancestry.MAIN_LINE
        assert len([line for line in app.lines() if line.strip()]) == 5
        await press(pilot, "a")
        assert said(app, "status").startswith(" lanes: front and its ancestors")
        await press(pilot, "a", "right")
        assert app.pane.number == 11, "who is in no row becomes the first of them"
        assert len([line for line in app.lines() if line.strip()]) == 8


async def test_layers_show_the_nearest_family() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "V", "minus", "minus", "minus", "minus")
        assert app.pane.wish.view is View.LAYERS
        assert said(app, "status").startswith(" layers: 1 step ·")
        text = "\n".join(app.lines())
        assert all(sign in text for sign in ("◆6", "‹2", "★8", "○11"))
        assert "◆1" not in text
        await press(pilot, "plus")
        assert "◆1 +5" in "\n".join(app.lines())
        for _ in range(9):
            await pilot.press("equals_sign")
        await settled(pilot)
        assert app.pane.wish.hops == 8
        await press(pilot, "left")
        assert app.pane.number == 6
        assert "★8" in "\n".join(app.lines())


async def test_dead_lines_are_collapsed_and_shown_again() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "c")
        assert app.lines()[:4] == ["0     1     2     3     4", "◆ 0   ‹ 3   ◆ 6   ★ 8   ○ 11",
                                   "      ◆ 1   +2    +2    +1", "      ‹ 2"]  # fmt: skip
        app.pane.go(1)
        await press(pilot, "e")
        assert app.lines()[1:4] == ["◆ 0   • 3   › 6   ★ 8   › 10", "      ◆ 1   › 4   › 9   ○ 11",
                                    "      • 2   ✗ 5   › 7"]  # fmt: skip
        await press(pilot, "space", "c")
        assert "+2" not in "\n".join(app.lines())
        app.pane.go(4)
        await press(pilot, "e")
        assert app.lines()[1:4] == ["◆ 0   • 3   • 6   ★ 8   ○ 11", "      ◆ 1   ◆ 4   +2    +1", "      • 2   ✗ 5"]
        await press(pilot, "c", "right")
        assert notes(app)[-1] == "the children of #4 are collapsed: e shows them"
        app.pane.go(8)
        await press(pilot, "e")
        assert notes(app)[-1] == "no dead line begins at #8"
        await press(pilot, "v", "c")
        assert len([line for line in app.lines() if line.strip()]) == 7
        await press(pilot, "c")
        assert notes(app)[-1] == "lanes show ancestors only: e adds the dead lines below one"


async def test_what_is_looked_for_is_found_and_gone_to() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "n")
        assert notes(app)[-1] == "nothing was looked for: / does"
        await pilot.press("slash", *"acc<0.46", "enter")
        await settled(pilot)
        assert said(app, "status").endswith("/acc<0.46: 4 found · 1 dead below")
        assert app.pane.number == 9
        await press(pilot, "n")
        assert app.pane.number == 10
        await press(pilot, "n")
        assert app.pane.number == 4
        await press(pilot, "N")
        assert app.pane.number == 10
        await press(pilot, "escape")
        assert "found" not in said(app, "status")
        await pilot.press("slash", "5", "enter")
        await settled(pilot)
        assert app.pane.number == 5
        assert said(app, "result") == "failed: no reason is known"
        await press(pilot, "escape")
        await pilot.press("slash", *"acc>2", "enter")
        await settled(pilot)
        await press(pilot, "n")
        assert notes(app)[-1] == "nobody was found"


async def test_cells_grow_and_shrink() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "minus")
        assert app.lines()[1] == "◆ ‹ ◆ ★ ·"
        await press(pilot, "minus", "minus")
        assert app.lines()[1] == "◆‹◆★·"
        await press(pilot, "plus", "plus")
        assert app.lines()[1] == "◆ 0   ‹ 3   ◆ 6   ★ 8   · 10"


async def test_the_mouse_goes_there_and_opens_the_diff() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await pilot.click(app.pane.canvas, offset=(13, 2))
        await settled(pilot)
        assert app.pane.number == 4
        await pilot.click(app.pane.canvas, offset=(60, 2))
        assert app.pane.number == 4
        await pilot.double_click(app.pane.canvas, offset=(6, 3))
        await settled(pilot)
        assert app.selected()[-1] == 2
        assert any(isinstance(message, Pane.Wanted) for message in app.posted)


async def test_a_mark_is_shown_and_told() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "m")
        assert "★ 8◆" in app.lines()[1]
        app.pane.mark(6)
        assert "◆ 6◆" in app.lines()[1]
        app.pane.go(6)
        await press(pilot, "m")
        assert [m.number for m in app.posted if isinstance(m, Pane.Marked)] == [8, None]


async def test_a_run_that_goes_on_is_followed() -> None:
    app = LineageApp(small(alive=True))
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        asked = app.pane.answer
        app.update()
        await settled(pilot)
        assert app.pane.answer is asked, "nothing new, nothing asked"
        app.update(one(12, Status.EVALUATING, generation=5, parents=(8,)), individual(11, status=Status.EVALUATED))
        await settled(pilot)
        assert app.lines()[1].endswith("▸ 12")
        assert app.pane.number == 8
        app.update(one(12, generation=5, parents=(8,), metrics={"accuracy": 0.95, "params": 10.0}))
        await settled(pilot)
        assert app.lines()[1] == "◆ 0   ‹ 3   ◆ 6   ● 8   · 10  ★ 12"
        await press(pilot, "b")
        assert app.pane.number == 12


async def test_an_answer_to_an_old_question_is_dropped() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        for key in ("v", "v", "v", "V", "left", "left"):
            await pilot.press(key)
        await settled(pilot)
        answer = app.pane.answer
        assert answer is not None
        assert (answer.question.number, answer.question.wish.view) == (1, View.LAYERS)
        assert isinstance(app.pane.canvas.drawing, LayerDrawing)


async def test_it_is_as_it_was_left() -> None:
    app = LineageApp(small())
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        await press(pilot, "a", "a", "v", "plus", "c", "v", "minus")
        kept = app.pane.remembered()
    again = LineageApp(small(), kept)
    assert again.pane.wish == app.pane.wish
    assert again.pane.zoom == -1
    assert again.pane.remembered() == kept
    for broken in (
        {"view": 3, "hops": "many"},
        {"view": "tree", "ancestry": [], "collapsed": 1, "zoom": 99, "hops": 0},
    ):
        assert LineageApp(small(), broken).pane.wish == LineageApp(small()).pane.wish


async def test_there_is_nothing_yet() -> None:
    app = LineageApp(RunModel())
    async with app.run_test(size=SIZE) as pilot:
        app.pane.focus()
        await pilot.pause(0.1)
        for action in ACTIONS:
            if action.method != "filter":
                await app.pane.run_action(action.method)
        await pilot.pause(0.1)
        assert said(app, "origin") == "no individual yet"


@pytest.mark.parametrize("size", [(40, 8), (72, 57), (250, 70)])
@pytest.mark.parametrize("view", ["grid", "lanes", "layers"])
async def test_it_fits_any_size_and_needs_no_unicode(size: tuple[int, int], view: str) -> None:
    app = LineageApp(evolved(400, 20), {"view": view, "hops": 8, "collapsed": []}, ascii_only=True)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        lines = app.lines()
        assert all(line.isascii() and len(line) <= size[0] for line in lines)
        assert any(line.strip() for line in lines)
        spot = app.pane.canvas.drawing.spot(app.pane.number or 0)
        canvas = app.pane.canvas
        assert spot is not None
        assert 0 <= spot.y - canvas.scroll_offset.y < canvas.size.height
        await pilot.resize_terminal(60, 20)
        await settled(pilot)
        assert all(len(line) <= 60 for line in app.lines())


async def test_layers_never_show_more_than_can_be_followed() -> None:
    app = LineageApp(evolved(2000), {"view": "layers", "hops": 8, "collapsed": []})
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        app.pane.go(app.pane.kinship.line(app.pane.number or 0)[8])
        await settled(pilot)
        drawing = app.pane.canvas.drawing
        assert isinstance(drawing, LayerDrawing)
        assert len(drawing.data.layout.heights) == MOST_DRAWN
        assert "left out" in said(app, "status")


async def test_ten_thousand_are_walked_through_with_little_painting() -> None:
    app = LineageApp(evolved(10_000))
    async with app.run_test(size=(120, 40)) as pilot:
        await begin(pilot)
        assert "grid of 10,000" in said(app, "status")
        painted = []
        canvas = app.pane.canvas
        usual = canvas.refresh

        def refresh(*regions: object, **more: object) -> object:
            painted.extend(regions)
            return usual(*regions, **more)  # type: ignore[arg-type]

        canvas.refresh = refresh  # type: ignore[method-assign, assignment]
        app.pane.action_down()
        assert 0 < sum(region.area for region in painted) <= 4  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "v")
        assert isinstance(canvas.drawing, LaneList)
        assert len(canvas.drawing.data.rows) > 20


async def test_the_real_thing(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path))
    await watching.look()
    pane = LineagePane(watching)
    app = PaneApp(pane)
    async with app.run_test(size=SIZE) as pilot:
        await begin(pilot)
        assert pane.number is not None
        for key in ("v", "v", "v", "b", "left"):
            await press(pilot, key)
        assert pane.canvas.drawing.spot(0) is not None
    await watching.feed.close()


def test_every_action_is_one_and_no_key_is_taken_twice() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",") if key]
    assert len(keys) == len(set(keys))
    assert not set(keys) & {*"123456789zq?pS[]", "tab", "shift+tab", "ctrl+p"}
    assert all(callable(getattr(LineagePane, f"action_{action.method}")) for action in ACTIONS)
