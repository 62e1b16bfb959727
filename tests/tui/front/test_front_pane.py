"""The pane as a user works it: every key, the mouse, and a run that goes on meanwhile."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from ge_tui.tui.front.actions import ACTIONS
from ge_tui.tui.front.layout import Show
from ge_tui.tui.front.pane import FrontPane
from ge_tui.tui.watch import Change, Part, RunModel
from tests.tui.front.sample import FrontApp, at, front_model, generations
from tests.tui.rig import PaneApp, Watching, llm_run

SIZE = (120, 40)


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause(0.12)
    await pilot.pause()


def said(app: FrontApp, part: str = "about") -> str:
    return str(app.pane.query_one(f".front--{part}", Static).content)


async def test_it_opens_at_the_best_and_arrows_walk_along_the_front() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        pane = app.pane
        assert pane.number == 4
        assert "accuracy 0.9500 (+0.1500)" in said(app)
        assert "8 measured · 4 on the front · 2 better than the seed in both · 1 failed" in said(app, "status")
        walked = []
        for key in ("left", "h", "down", "j", "right", "l", "up", "k", "home", "G", "g", "end"):
            await pilot.press(key)
            walked.append(pane.number)
        assert walked == [5, 1, 3, 3, 1, 5, 4, 4, 3, 4, 3, 4]
        await pilot.press("left")
        await settled(pilot)
        assert app.selected[-1] == 5
        assert "better than the seed in both" in said(app)


async def test_shift_goes_to_what_is_nearest_and_n_through_a_cell() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        pane = app.pane
        await pilot.press("o", "shift+down")
        assert pane.number == 2
        await pilot.press("K")
        assert pane.number == 0
        await pilot.press("b", "J")
        assert pane.number == 0
        await pilot.press("J", "L")
        assert pane.number == 6
        assert "1 of 2 in this cell" in said(app)
        await pilot.press("n")
        assert pane.number == 7
        await pilot.press("n", "N")
        assert pane.number == 7
        await pilot.press("H")
        assert pane.number == 2
        await pilot.press("shift+right")
        assert pane.number == 6
        await pilot.press("shift+left")
        assert pane.number == 2


async def test_moving_is_told_once_it_rests_and_the_curve_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.posted.clear()
        painted = app.pane.curves.painted
        with monkeypatch.context() as patched:
            patched.setattr("ge_tui.tui.front.pane._SETTLED_S", 600.0)  # longer than any machine takes for two keys
            await pilot.press("left", "left")
            assert app.selected == []
            assert app.pane.curves.painted == painted
        await pilot.press("left")
        async with asyncio.timeout(20):
            while not app.selected:
                await pilot.pause(0.02)
        await settled(pilot)
        assert app.selected == [3]
        assert "#3" in app.pane.curves.text
        await pilot.press("enter")
        await pilot.pause()
        assert [message.pane for message in app.posted if isinstance(message, FrontPane.Wanted)] == ["diff"]


async def test_the_shared_selection_and_the_mark_are_shown() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        app.posted.clear()
        app.pane.select(1)
        await settled(pilot)
        assert app.pane.number == 1
        assert app.selected == []
        app.pane.select(9)
        assert "equal to #5" in said(app)
        app.pane.select(8)
        assert "failed (shape): no place here" in said(app)
        app.pane.select(10)
        assert "evaluating: no place here yet" in said(app)
        await pilot.press("m")
        await pilot.pause()
        (marked,) = [message for message in app.posted if isinstance(message, FrontPane.Marked)]
        assert marked.number == 10
        assert "◆" not in app.pane.chart.text
        app.pane.mark(3)
        assert "◆" in app.pane.chart.text


async def test_views_zoom_and_follow() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        pane = app.pane
        await pilot.press("f")
        assert "1 outside" not in said(app, "status")
        assert "2 outside" in said(app, "status") or "3 outside" in said(app, "status")
        pane.select(6)
        assert "view: closer" in said(app, "status")
        assert pane.drawing is not None
        assert 6 in pane.drawing.where
        await pilot.press("a")
        assert "view: all" in said(app, "status")
        await pilot.press("plus", "plus", "plus")
        assert "outside" in said(app, "status")
        assert 6 in pane.drawing.where
        await pilot.press("equals_sign", *["minus"] * 6)
        assert pane.view == "all"


async def test_curves_and_dominated_are_shown_or_not() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        pane = app.pane
        assert pane.chart.display
        assert pane.curves.display
        await pilot.press("c")
        await pilot.pause()
        assert (pane.show_what, pane.curves.display) == (Show.CHART, False)
        await pilot.press("c")
        await pilot.pause()
        assert (pane.chart.display, pane.curves.display) == (False, True)
        await pilot.press("c", "d")
        await pilot.pause()
        assert pane.drawing is not None
        assert 2 not in pane.drawing.where
        await pilot.press("d")
        assert 2 in pane.drawing.where


async def test_where_there_is_room_for_one_the_key_changes_between_them() -> None:
    app = FrontApp()
    async with app.run_test(size=(60, 16)) as pilot:
        await settled(pilot)
        assert not app.pane.curves.display
        await pilot.press("c")
        await pilot.pause()
        assert app.pane.curves.display
        assert not app.pane.chart.display
        await pilot.press("c")
        await pilot.pause()
        assert app.pane.chart.display


async def test_a_click_selects_goes_on_in_the_cell_and_twice_opens_the_diff() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        drawing = app.pane.drawing
        assert drawing is not None

        def place(number: int) -> tuple[int, int]:
            return drawing.where[number][0] + drawing.left, drawing.where[number][1] + drawing.top

        await pilot.click(app.pane.chart, offset=place(6))
        assert app.pane.number == 6
        await pilot.pause(0.6)
        await pilot.click(app.pane.chart, offset=place(6))
        assert app.pane.number == 7
        await pilot.hover(app.pane.chart, offset=place(3))
        await pilot.pause()
        assert said(app).startswith(" #3")
        assert app.pane.number == 7
        await pilot.hover(app.pane.chart, offset=(0, 0))
        await pilot.pause()
        assert said(app).startswith(" #7")
        await pilot.double_click(app.pane.chart, offset=place(3))
        await settled(pilot)
        assert app.selected[-1] == 3
        assert [message.pane for message in app.posted if isinstance(message, FrontPane.Wanted)] == ["diff"]


async def test_only_new_measures_are_painted() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        chart, curves = app.pane.chart.painted, app.pane.curves.painted
        app.pane.refresh_from(Change(frozenset(Part), frozenset(app.model.individuals)))
        assert (app.pane.chart.painted, app.pane.curves.painted) == (chart, curves)
        app.update(at(11, 0.99, 60_000.0))
        assert app.pane.chart.painted > chart
        assert app.pane.curves.painted > curves
        curves = app.pane.curves.painted
        app.update(generations=generations(5))
        assert app.pane.curves.painted > curves


async def test_a_selection_paints_few_cells() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        before = app.pane.chart.painted
        await pilot.press("left")
        assert app.pane.chart.painted - before <= 3


async def test_settings_are_remembered_and_nonsense_is_left_out() -> None:
    app = FrontApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("f", "d", "c")
        kept = app.pane.remembered()
        assert kept == {"show": "chart", "view": "front", "dominated": False}
    other = FrontApp()
    other.pane.restore(kept)
    async with other.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert other.pane.remembered() == kept
        assert not other.pane.curves.display
        other.pane.restore({"show": 7, "view": [], "dominated": "no"})
        assert other.pane.remembered() == kept


@pytest.mark.parametrize("size", [(40, 8), (80, 23), (250, 70), (12, 3)])
@pytest.mark.parametrize("unicode", [True, False])
async def test_at_any_size_and_with_nothing_to_show(size: tuple[int, int], unicode: bool) -> None:
    for model in (None, RunModel()):
        app = FrontApp(model, unicode=unicode)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            keys = ("c", "left", "J", "plus", "minus", "f", "a", "n", "b", "o", "enter", "m", "d", "c")
            await pilot.press(*keys)
            await settled(pilot)
            if not unicode:
                assert app.pane.chart.text.isascii()
                assert app.pane.curves.text.isascii()


async def test_the_real_thing(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path))
    await watching.look()
    pane = FrontPane(watching)
    async with PaneApp(pane).run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert pane.drawing is not None
        assert set(pane.drawing.front) == watching.model.front
        assert "hypervolume" in pane.curves.text
    await watching.feed.close()


def test_every_action_has_a_method() -> None:
    assert all(callable(getattr(FrontPane, f"action_{action.method}")) for action in ACTIONS)


async def test_thousands_are_drawn_aside_and_what_the_user_does_meanwhile_is_not_lost() -> None:
    draw = random.Random(1)
    some = [at(0, 0.8, 5e5, operator="seed", parents=())]
    some += [at(n, draw.uniform(0.1, 0.8), draw.uniform(1e5, 1e6)) for n in range(1, 2000)]
    app = FrontApp(front_model(tuple(some)))
    async with app.run_test(size=SIZE) as pilot:

        async def drawn(number: int) -> None:
            async with asyncio.timeout(10):
                while app.pane.drawing is None or number not in app.pane.drawing.where:
                    await pilot.pause(0.02)

        await drawn(1)
        app.update(at(2000, 0.95, 2e5))
        app.update(at(2001, 0.96, 3e5))
        await drawn(2001)
        assert "2002 measured" in said(app, "status")
        app.update(at(2002, 0.97, 3e5))
        await pilot.press("f")
        await drawn(2002)
        assert "view: the front" in said(app, "status")
        assert app.pane.drawing is not None
        assert 2001 not in app.pane.drawing.front
