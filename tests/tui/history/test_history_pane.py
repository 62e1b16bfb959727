"""The pane as a user works it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from ge_tui.errors import UserError
from ge_tui.run import inbox
from ge_tui.run.following import Made
from ge_tui.run.store import ControlRow
from ge_tui.tui.history.actions import ACTIONS
from ge_tui.tui.history.pane import HistoryPane
from ge_tui.tui.watch import RunModel, Update
from ge_tui.tui.widgets.piece_list import ClickLine
from tests.run.fakes import Rig, settings_of
from tests.tui.front.sample import at, generations
from tests.tui.history.test_following import MADE, PEOPLE, ROWS, change
from tests.tui.population.sample import RUN
from tests.tui.rig import PaneApp, Watching

SIZE = (110, 24)


class Answers:
    """Stands for the feed: knows under what each individual was made."""

    def __init__(self) -> None:
        self.made = list(MADE)
        self.asked = 0
        self.trouble: str | None = None

    async def ask(self, _: Callable[..., Any]) -> list[Made]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.trouble:
            raise UserError(self.trouble)
        return self.made


class Given:
    def __init__(self) -> None:
        self.model = RunModel()
        self.model.apply(Update(run=RUN, individuals=tuple(PEOPLE.values()), generations=generations(), controls=ROWS))
        self.feed = Answers()
        self.steering = None


class HistoryApp(PaneApp):
    pane: HistoryPane

    def __init__(self, **more: Any) -> None:
        self.given = Given()
        super().__init__(HistoryPane(self.given, **more))  # type: ignore[arg-type]

    def said(self, part: str) -> str:
        return str(self.pane.query_one(f".history--{part}", Static).content)

    def shown(self) -> list[int]:
        return [one.row.seq for one in self.pane.shown]

    def update(self, *controls: ControlRow, **more: Any) -> None:
        self.pane.refresh_from(self.given.model.apply(Update(controls=controls, **more)))

    @property
    def selected(self) -> list[int]:
        return [message.number for message in self.posted if isinstance(message, HistoryPane.Selected)]


async def counted(pilot: Pilot[None], pane: HistoryPane) -> None:
    async with asyncio.timeout(10):
        while not pane.idle:
            await pilot.pause(0.02)
    await pilot.pause()


async def test_changes_with_what_followed_the_newest_first() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        assert app.shown() == [5, 4, 3]
        row = app.pane.list.render_line(2).text.split()
        assert row[2:] == ["user", "temperature", "0.2", "→", "0.7", "4", "3", "2", row[-1]]
        assert row[-1].startswith("+0.")
        await pilot.press("G")
        assert "temperature 0.2 → 0.7 · by user" in app.said("about")
        assert "2 of 4 improved (50%) under it" in app.said("followed")
        assert "need not come of it" in app.said("status")


async def test_a_run_that_goes_on_is_counted_on_but_not_without_rest() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        await pilot.press("G")
        asked, counts = app.given.feed.asked, app.pane.counts
        app.update(change(6, "temperature", 0.1, 0.3))
        for accuracy in (0.5, 0.6, 0.7):
            app.update(individuals=(at(7, accuracy, 200_000.0),))
        await counted(pilot, app.pane)
        assert app.pane.counts == counts + 1
        assert app.given.feed.asked == asked  # nobody new, so nothing to ask
        assert app.shown() == [6, 5, 4, 3]
        assert app.pane.current is not None
        assert app.pane.current.row.seq == 3
        five = next(one for one in app.pane.shown if one.row.seq == 5)
        assert (five.figures.ended, five.until) == (1, app.given.model.control_rows[-1])


async def test_a_run_that_cannot_be_read_is_said() -> None:
    app = HistoryApp()
    app.given.feed.trouble = "the run's file is gone"
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        assert app.said("status") == "the run's file is gone"
        app.given.feed.trouble = None
        app.update(generations=generations(4))
        await counted(pilot, app.pane)
        assert app.shown() == [5, 4, 3]
        assert "gone" not in app.said("status")


async def test_filtering_by_words_actor_and_control() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        await pilot.press("slash", *"temp")
        assert app.shown() == [5, 3]
        await pilot.press("enter", "j")
        assert app.pane.current is not None
        assert app.pane.current.row.seq == 3
        assert not app.pane.query_one(Input).display
        assert "2 of 3 changes · /temp" in app.said("status")
        await pilot.press("a", "a")
        assert app.shown() == [5]
        await pilot.press("escape")
        assert app.shown() == [5, 4, 3]
        await pilot.press("a")
        assert app.shown() == [3]
        await pilot.press("a", "a", "g", "o")
        assert app.shown() == [5, 3]
        await pilot.press("o")
        assert app.shown() == [5, 4, 3]
        await pilot.press("i", "r")
        assert app.shown() == [1, 2, 3, 4, 5]
        await pilot.press("slash", *"nobody")
        assert app.shown() == []
        assert "no change is shown by the filter" in app.said("about")
        await pilot.press("escape")
        assert app.shown() == [3, 4, 5]
        await pilot.press("r")
        assert app.shown() == [5, 4, 3]
        assert app.focused is app.pane.list


async def test_enter_shows_who_was_made_under_it_and_n_goes_on() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        await pilot.press("G", "enter")
        await pilot.pause()
        assert app.selected == [3]
        assert [message.pane for message in app.posted if isinstance(message, HistoryPane.Wanted)] == ["population"]
        await pilot.press("n", "n", "N")
        await pilot.pause()
        assert app.selected == [3, 4, 5, 4]
        app.pane.select(6)
        await pilot.press("n")
        await pilot.pause()
        assert app.selected[-1] == 3
        await pilot.double_click(app.pane.list, offset=(3, 0))
        await pilot.pause()
        assert app.selected[-1] == 7
        await pilot.click(app.pane.query_one(ClickLine), offset=(2, 0))
        assert app.shown() == [3, 4, 5]


async def test_where_nobody_was_made_that_is_said() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        app.update(change(6, "temperature", 0.1, 0.3))
        await counted(pilot, app.pane)
        await pilot.press("g", "enter", "n", "N")
        await pilot.pause()
        assert app.selected == []
        assert app.said("followed") == "no child was made under it"


async def test_settings_are_remembered_and_nonsense_is_left_out() -> None:
    app = HistoryApp()
    async with app.run_test(size=SIZE) as pilot:
        await counted(pilot, app.pane)
        await pilot.press("a", "i", "r", "slash", *"temp", "enter")
        kept = app.pane.remembered()
        assert kept == {"words": "temp", "actor": "user", "initial": True, "newest_first": False}
    other = HistoryApp()
    other.pane.restore(kept)
    other.pane.restore({"words": 3, "actor": "x" * 999, "initial": "yes", "newest_first": None})
    async with other.run_test(size=SIZE) as pilot:
        await counted(pilot, other.pane)
        assert other.pane.remembered() == kept
        assert other.shown() == [3]


@pytest.mark.parametrize("size", [(40, 8), (72, 20), (250, 70), (10, 3)])
@pytest.mark.parametrize("unicode", [True, False])
async def test_at_any_size(size: tuple[int, int], unicode: bool) -> None:
    app = HistoryApp(unicode=unicode)
    async with app.run_test(size=size) as pilot:
        await counted(pilot, app.pane)
        await pilot.press("i", "j", "o", "o", "a", "r", "n", "N", "enter", "slash", "x", "escape")
        await counted(pilot, app.pane)
        if not unicode:
            lines = [app.pane.list.render_line(y).text for y in range(app.pane.list.size.height)]
            assert all(line.isascii() for line in lines)


async def test_the_real_thing(tmp_path: Path) -> None:
    def make() -> Rig:
        rig = Rig(tmp_path, settings_of()).create()
        inbox.send(rig.directory.inbox, "temperature", 0.55)
        rig.run()
        return rig

    rig = await asyncio.to_thread(make)
    watching = Watching(rig.directory)
    await watching.look()
    pane = HistoryPane(watching)
    async with PaneApp(pane).run_test(size=SIZE) as pilot:
        await counted(pilot, pane)
        (only,) = pane.shown
        assert (only.row.key, only.row.actor, only.row.new) == ("temperature", "user", 0.55)
        assert only.figures.made == len(pane.made_under(only)) > 0
    await watching.feed.close()


def test_every_action_has_a_method() -> None:
    assert all(callable(getattr(HistoryPane, f"action_{action.method}")) for action in ACTIONS)
