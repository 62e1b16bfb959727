"""The log pane: every key of it, and that what comes is followed until the user reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import EventRow
from ge_tui.tui.log.entries import KEPT
from ge_tui.tui.log.pane import LogPane
from ge_tui.tui.log.rows import LogList
from ge_tui.tui.text.view import TextView
from ge_tui.tui.watch import Update
from ge_tui.tui.widgets.one_row import OneRow
from tests.run.fakes import Rig, settings_of
from tests.tui.rig import PaneApp, Watching


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    rig = Rig(tmp_path_factory.mktemp("run"), settings_of("population=4", "generations=1")).create()
    asyncio.run(rig.work())
    return rig.directory


class LogApp(PaneApp):
    def __init__(self, watching: Watching) -> None:
        super().__init__(LogPane(watching))
        self.watching = watching
        self.copied = ""

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text

    @property
    def rows(self) -> LogList:
        return self.query_one(LogList)

    def lines(self) -> list[str]:
        return [self.rows.render_line(y).text.rstrip() for y in range(self.rows.size.height)]

    def status(self) -> str:
        return self.query_one(OneRow).render_line(0).text

    def details(self) -> str:
        view = self.query_one(TextView)
        return "\n".join(view.render_line(y).text.rstrip() for y in range(view.size.height))

    def come(self, count: int, individual: int | None = 1, kind: str = "failed") -> None:
        """More events."""
        first = self.watching.model.events[-1].seq + 1 if self.watching.model.events else 1
        payload = {"outcome": "build", "reason": "a long [bold]reason[/] " * 20}
        events = tuple(EventRow(first + n, 1000.0, kind, individual, payload) for n in range(count))
        self.pane.refresh_from(self.watching.model.apply(Update(events=events)))


@asynccontextmanager
async def opened(
    directory: RunDirectory, size: tuple[int, int] = (80, 12)
) -> AsyncIterator[tuple[LogApp, Pilot[None]]]:
    watching = Watching(directory)
    await watching.look()
    app = LogApp(watching)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.rows.focus()
        await pilot.pause()
        yield app, pilot
    await watching.feed.close()


async def test_it_shows_what_matters_and_all_of_it_on_request(directory: RunDirectory) -> None:
    async with opened(directory, (80, 200)) as (app, pilot):
        some = [line for line in app.lines() if line]
        assert not any("in training" in line for line in some)
        assert "what matters" in app.status()
        for level, fewer in (("warnings", True), ("errors", True), ("everything", False)):
            await pilot.press("v")
            assert level in app.status()
            assert (len([line for line in app.lines() if line]) <= len(some)) == fewer
        assert any("in training" in line for line in app.lines())


async def test_it_follows_until_the_user_goes_up(directory: RunDirectory) -> None:
    async with opened(directory) as (app, pilot):
        app.come(50)
        assert app.rows.cursor == app.rows.row_count - 1
        assert "following" in app.status()
        await pilot.press("k")
        assert "f follows" in app.status()
        before, at = [line for line in app.lines() if line], app.rows.cursor
        app.come(30)
        await pilot.pause()
        assert (app.lines()[: len(before)], app.rows.cursor) == (before, at)
        await pilot.press("G")
        app.come(5)
        assert app.rows.cursor == app.rows.row_count - 1
        await pilot.press("f")
        app.come(5)
        assert app.rows.cursor == app.rows.row_count - 6
        await pilot.press("f")
        assert app.rows.cursor == app.rows.row_count - 1


async def test_the_filter_keeps_the_line_one_is_at(directory: RunDirectory) -> None:
    async with opened(directory) as (app, pilot):
        app.come(3, 77)
        await pilot.press("k", "slash", *"#77 build", "enter")
        assert len([line for line in app.lines() if "#77" in line]) == app.rows.row_count == 3
        assert app.rows.has_focus
        assert "with #77 build" in app.status()
        assert app.rows.cursor == 1
        await pilot.press("escape")
        assert app.rows.row_count > 3
        assert "with" not in app.status()
        await pilot.press("slash", "x", "escape")
        assert app.rows.has_focus
        assert "with" not in app.status()


async def test_enter_selects_the_individual_or_shows_the_whole_event(directory: RunDirectory) -> None:
    async with opened(directory, (80, 30)) as (app, pilot):
        app.come(1, 42)
        await pilot.press("enter")
        await pilot.pause()
        assert [getattr(message, "number", None) for message in app.posted] == [42]
        app.come(1, None)
        await pilot.press("enter")
        await pilot.pause()
        assert "[bold]reason[/]" in app.details()
        await pilot.press("k")
        await pilot.pause()
        assert "individual #42" in app.details()
        await pilot.press("space")
        assert not app.query_one(TextView).display
        await pilot.press("space", "escape")
        assert not app.query_one(TextView).display


async def test_times_and_the_clipboard(directory: RunDirectory) -> None:
    async with opened(directory) as (app, pilot):
        app.come(1, 5)
        await pilot.press("t")
        assert "+0:00:00" in app.lines()[-1] or any("+0:00:00" in line for line in app.lines())
        await pilot.press("t")
        assert not any("+0:00" in line for line in app.lines())
        await pilot.press("y")
        assert "individual #5" in app.copied


@pytest.mark.parametrize("size", [(40, 8), (250, 70)])
async def test_wide_and_narrow(directory: RunDirectory, size: tuple[int, int]) -> None:
    async with opened(directory, size) as (app, pilot):
        app.come(3)
        await pilot.pause()
        line = next(line for line in app.lines() if "a long" in line)
        assert (line.endswith("…"), ":" in line[:8]) == (True, size[0] >= 60)
        assert all(len(line) <= size[0] for line in app.lines())


@pytest.mark.parametrize("following", [True, False])
async def test_lines_that_are_let_go_leave_the_others_where_they_are(
    directory: RunDirectory, *, following: bool
) -> None:
    async with opened(directory) as (app, pilot):
        app.come(400)
        await pilot.press("G" if following else "k")
        app.come(4000, kind="proposing")  # shown only on request
        app.come(30)
        await pilot.pause()
        before = app.rows.row_count
        app.come(KEPT - 4000 + 600, kind="proposing")
        await pilot.pause()
        assert app.rows.row_count == len(app.rows.book.shown) == 30 < before
        assert 0 <= app.rows.cursor < 30
        assert any("a long" in line for line in app.lines())
        app.come(KEPT + 600, kind="proposing")  # now all that was shown is gone
        await pilot.pause()
        assert (app.rows.row_count, app.rows.cursor) == (0, -1)
        assert not any(app.lines())


async def test_only_new_rows_are_painted_while_there_is_room(
    directory: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(directory, (80, 60)) as (app, _):
        painted: list[object] = []
        monkeypatch.setattr(app.rows, "refresh", lambda *regions, **_: painted.extend(regions) or app.rows)
        app.come(2)
        assert sum(getattr(region, "height", 99) for region in painted) <= 4  # the new ones, and the cursor
