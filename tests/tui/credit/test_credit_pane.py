"""The pane as a user works it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from ge_tui.errors import UserError
from ge_tui.tui.credit.actions import ACTIONS
from ge_tui.tui.credit.ledger import Ledger
from ge_tui.tui.credit.pane import CreditPane
from ge_tui.tui.credit.reading import tables_of
from ge_tui.tui.watch import Change, Part, Update
from ge_tui.tui.widgets.piece_list import ClickLine
from tests.tui.credit.test_ledger import TRIALS
from tests.tui.front.sample import front_model, generations
from tests.tui.rig import PaneApp, Watching, llm_run

SIZE = (110, 24)


class Answers:
    """Stands for the feed: answers every question with a ledger, or refuses."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.asked = 0
        self.trouble: str | None = None

    async def ask(self, _: Callable[..., Any]) -> Ledger:
        self.asked += 1
        await asyncio.sleep(0)
        if self.trouble:
            raise UserError(self.trouble)
        return self.ledger


class Given:
    def __init__(self) -> None:
        self.model = front_model()
        self.feed = Answers(Ledger(3, 0.0, len(TRIALS), tables_of(TRIALS), {}, "evolution pays: so it is"))
        self.steering = None


class CreditApp(PaneApp):
    pane: CreditPane

    def __init__(self, **more: Any) -> None:
        self.given = Given()
        super().__init__(CreditPane(self.given, **more))  # type: ignore[arg-type]

    def said(self, part: str) -> str:
        return str(self.pane.query_one(f".credit--{part}", Static).content)

    def arms(self) -> list[tuple[str, ...]]:
        return [line.arms for line in self.pane.lines]

    def rows(self) -> list[str]:
        return [self.pane.list.render_line(y).text.rstrip() for y in range(len(self.pane.lines))]

    @property
    def selected(self) -> list[int]:
        return [message.number for message in self.posted if isinstance(message, CreditPane.Selected)]


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause(0.05)
    await pilot.pause()


async def test_it_shows_the_best_first_and_says_whether_evolution_pays() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.arms() == [("engineer",), ("expert",), ("magoo",)]
        assert "3" in app.rows()[0]
        assert "●" in app.rows()[0]
        assert app.said("verdict") == "Evolution pays: so it is."
        assert "6 attempts at a child" in app.said("status")
        assert "engineer" in app.said("about")


async def test_it_is_counted_when_a_generation_closes_and_on_demand_and_never_else() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        feed, model = app.given.feed, app.given.model
        assert feed.asked == 1
        for parts in ({Part.INDIVIDUALS}, {Part.GENERATIONS}, {Part.RUN}, set(Part)):
            app.pane.refresh_from(Change(frozenset(parts), frozenset(model.individuals)))
        await settled(pilot)
        assert feed.asked == 1
        feed.ledger = replace(feed.ledger, closed=4)
        app.pane.refresh_from(model.apply(Update(generations=generations(4))))
        await settled(pilot)
        assert feed.asked == 2
        await pilot.press("c")
        await settled(pilot)
        assert (feed.asked, app.pane.counts) == (3, 3)


async def test_kinds_are_changed_and_crossed() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("right", "l", "l")
        assert app.pane.kinds == ("model",)
        assert app.arms() == [("a",), ("b",)]
        await pilot.press("x")
        assert app.pane.kinds == ("model", "persona")
        assert ("a", "engineer") in app.arms()
        await pilot.press("x", "x", "x", "x")
        assert app.pane.kinds == ("model",)
        await pilot.press("left", "h")
        assert app.pane.kinds == ("category",)
        kinds = app.pane.query(ClickLine).first()
        await pilot.click(kinds, offset=(2, 0))
        assert app.pane.kinds == ("persona",)


async def test_sorting_by_keys_and_by_a_click_keeps_the_line_under_the_cursor() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("j")
        assert app.pane.current is not None
        assert app.pane.current.arms == ("expert",)
        await pilot.press("r")
        assert app.arms() == [("magoo",), ("expert",), ("engineer",)]
        assert app.pane.current.arms == ("expert",)
        await pilot.press("r", "s", "s")
        assert app.pane.sorting.column == "gain"
        assert app.arms()[0] == ("expert",)
        await pilot.press("less_than_sign")
        assert app.pane.sorting.column == "interval"
        head = app.pane.query(ClickLine).last()
        await pilot.click(head, offset=(3, 0))
        assert app.pane.sorting.column == "arm0"
        assert app.arms() == [("engineer",), ("expert",), ("magoo",)]
        await pilot.click(head, offset=(3, 0))
        assert app.arms() == [("magoo",), ("expert",), ("engineer",)]


async def test_figures_per_attempt() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert "67%" not in app.rows()[0]
        await pilot.press("e")
        assert "67%" in app.rows()[0]
        assert "per attempt" in app.said("status")


async def test_enter_goes_to_the_best_child() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.selected == [5]
        await pilot.press("G", "enter")
        await pilot.pause()
        assert app.selected == [5]
        await pilot.double_click(app.pane.list, offset=(3, 1))
        await pilot.pause()
        assert app.selected == [5, 1]


async def test_a_run_that_cannot_be_read_is_said_and_asked_again() -> None:
    app = CreditApp()
    app.given.feed.trouble = "the run's file is gone"
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert app.said("status") == "the run's file is gone"
        app.given.feed.trouble = None
        app.pane.refresh_from(Change(frozenset({Part.RUN})))
        await settled(pilot)
        assert "6 attempts" in app.said("status")


async def test_settings_are_remembered_and_nonsense_is_left_out() -> None:
    app = CreditApp()
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        await pilot.press("l", "x", "s", "e", "r")
        kept = app.pane.remembered()
        assert (kept["kind"], kept["crossed"], kept["each"]) == ("category", "persona", True)
    other = CreditApp()
    other.pane.restore(kept)
    other.pane.restore({"kind": 3, "crossed": "nobody", "sort": "beauty", "falling": True, "each": 1})
    async with other.run_test(size=SIZE) as pilot:
        await settled(pilot)
        assert other.pane.remembered() == kept


@pytest.mark.parametrize("size", [(40, 8), (53, 37), (250, 70), (10, 3)])
@pytest.mark.parametrize("unicode", [True, False])
async def test_at_any_size(size: tuple[int, int], unicode: bool) -> None:
    app = CreditApp(unicode=unicode)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("l", "x", "s", "less_than_sign", "r", "e", "c", "enter", "j", "k", "h")
        await settled(pilot)
        if not unicode:
            assert all(row.isascii() for row in app.rows())
            assert all(line.text.isascii() for line in app.pane.query(ClickLine))


async def test_the_real_thing(tmp_path: Path) -> None:
    watching = Watching(await llm_run(tmp_path, "baseline_share=0.3"))
    await watching.look()
    pane = CreditPane(watching)
    async with PaneApp(pane).run_test(size=SIZE) as pilot:
        async with asyncio.timeout(10):
            while pane.ledger is None:
                await pilot.pause(0.02)
        await pilot.pause()
        assert pane.lines
        assert pane.ledger.trials == sum(line.credit.tried for line in pane.lines)
    await watching.feed.close()


def test_every_action_has_a_method() -> None:
    assert all(callable(getattr(CreditPane, f"action_{action.method}")) for action in ACTIONS)
