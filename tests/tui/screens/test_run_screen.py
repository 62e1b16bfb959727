"""The run screen as a whole: panes, the shared selection, keys, questions. The panes' own tests are elsewhere."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.tui.app import GeTui
from ge_tui.tui.header.header import Header
from ge_tui.tui.keys.key_line import KeyLine
from ge_tui.tui.lineage.grid import GridData
from ge_tui.tui.lineage.pane import LineagePane
from ge_tui.tui.panes.entries import PANES
from ge_tui.tui.processes.engine import LOG
from ge_tui.tui.remembered import recall
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.help import HelpScreen
from ge_tui.tui.screens.run import RunScreen
from ge_tui.tui.screens.too_small import TooSmall
from ge_tui.tui.watch import Change, Part, Update
from tests.run.fakes import GatedExecutor, Rig, settings_of
from tests.tui.rig import environment


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path


@asynccontextmanager
async def watching(directory: RunDirectory, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[int]]:
    """The app on a run, once it has had its first look."""
    with environment(directory.path.parent.parent):
        app = GeTui(directory.path.parent, directory)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, RunScreen) and app.screen.selected is not None)
            yield pilot


async def until(pilot: Pilot[int], condition: object) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(15):
        while not condition():  # type: ignore[operator]
            await pilot.pause(0.02)


def screen(pilot: Pilot[int]) -> RunScreen:
    found = pilot.app.screen
    assert isinstance(found, RunScreen)
    return found


def finished(base: Path, *assignments: str) -> RunDirectory:
    (base / "runs").mkdir(exist_ok=True)
    rig = Rig(base / "runs", settings_of(*assignments)).create()
    rig.run()
    return rig.directory


async def finished_run(base: Path) -> RunDirectory:
    return await asyncio.to_thread(finished, base)


def header(pilot: Pilot[int]) -> str:
    widget = pilot.app.screen_stack[1].query_one(Header)
    return "\n".join("".join(segment.text for segment in widget.render_line(y)) for y in range(2))


async def test_each_pane_can_be_reached_by_its_number_and_by_tab(base: Path) -> None:
    async with watching(await finished_run(base), (80, 24)) as pilot:
        grid = screen(pilot).grid
        for number, entry in enumerate(PANES, 1):
            await pilot.press(str(number))
            await pilot.pause()
            assert grid.current == entry.name
            assert [place.pane for place in grid.in_sight] == [entry.name]
        await pilot.press("tab")
        await pilot.pause()
        assert grid.current == PANES[0].name


async def test_news_while_a_pane_is_mounted_is_not_all_that_it_is_told(base: Path) -> None:
    async with watching(await finished_run(base), (80, 24)) as pilot:
        grid, model = screen(pilot).grid, screen(pilot).model
        assert len(model.individuals) > 3
        grid.bring("lineage")
        pane = grid.mounted["lineage"]
        assert isinstance(pane, LineagePane)
        assert not pane.is_mounted
        grid.tell(Change(frozenset({Part.INDIVIDUALS}), frozenset({1})))
        await until(pilot, lambda: pane.answer is not None and pane.idle)
        assert pane.answer is not None
        assert isinstance(pane.answer.data, GridData)
        assert set(pane.answer.data.places) == set(model.individuals)


async def test_panes_share_the_screen_and_one_can_have_it_all(base: Path) -> None:
    async with watching(await finished_run(base), (200, 60)) as pilot:
        grid = screen(pilot).grid
        await pilot.pause()
        assert len(grid.in_sight) == 5
        assert sorted(name for place in grid.in_sight for name in place.stack) == sorted(entry.name for entry in PANES)
        await pilot.press("2", "z")
        await pilot.pause()
        assert [place.pane for place in grid.in_sight] == ["diff"]
        await pilot.press("z")
        await pilot.pause()
        assert len(grid.in_sight) == 5


async def test_a_selection_is_followed_by_every_pane(base: Path) -> None:
    async with watching(await finished_run(base), (200, 60)) as pilot:
        told: dict[str, int] = {}
        await pilot.pause(0.2)
        for name, pane in screen(pilot).grid.mounted.items():
            pane.select = lambda number, name=name: told.__setitem__(name, number)  # type: ignore[method-assign,misc]
        await pilot.press("right_square_bracket")
        await pilot.pause()
        newest = max(screen(pilot).model.individuals)
        assert screen(pilot).selected == newest
        assert set(told.values()) == {newest}
        assert set(told) == {place.pane for place in screen(pilot).grid.in_sight}
        parent = screen(pilot).model.individuals[newest].parents[0]
        await pilot.press("left_square_bracket")
        await pilot.pause()
        assert screen(pilot).selected == parent


async def test_help_is_of_the_pane_in_focus_and_names_all_of_its_keys(base: Path) -> None:
    async with watching(await finished_run(base)) as pilot:
        for number in range(1, len(PANES) + 1):
            await pilot.press(str(number))
            await pilot.pause(0.1)
            pane = screen(pilot).grid.mounted[PANES[number - 1].name]
            await pilot.press("question_mark")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            text = pilot.app.screen._text  # type: ignore[attr-defined]
            assert pane.TITLE in text
            for action in pane.ACTIONS:
                assert not action.keys or action.help in text
            await pilot.press("escape")
            await pilot.pause()


def test_every_action_has_a_method_and_no_key_is_taken_twice() -> None:
    own = {key for action in RunScreen.ACTIONS for key in action.keys.split(",") if key}
    for entry in PANES:
        pane = entry.load()
        assert entry.name == pane.NAME
        keys = [key.strip() for action in pane.ACTIONS for key in action.keys.split(",") if key]
        assert len(keys) == len(set(keys)), f"{entry.name} has a key twice"
        assert not own & set(keys), f"{entry.name} takes a key of the screen: {own & set(keys)}"
        assert not {str(number) for number in range(1, 10)} & set(keys)
        for action in pane.ACTIONS:
            assert action.scope == entry.name
            assert hasattr(pane, f"action_{action.method}"), action.name
            assert action.help
        assert pane.HELP.strip()
    for action in RunScreen.ACTIONS:
        assert hasattr(RunScreen, f"action_{action.method}"), action.name


async def test_the_palette_knows_every_action(base: Path) -> None:
    async with watching(await finished_run(base)) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(screen(pilot))}
        for entry in PANES:
            assert f"Go to {entry.title}" in titles
            for action in entry.load().ACTIONS:
                assert f"{action.scope.capitalize()}: {action.label}" in titles
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "CommandPalette" in type(pilot.app.screen).__name__)


async def test_a_finished_run_is_left_without_a_question_and_its_layout_is_kept(base: Path) -> None:
    directory = await finished_run(base)
    async with watching(directory) as pilot:
        await pilot.press("4")
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause(0.2)
        assert pilot.app._exit
        with environment(directory.path.parent.parent):
            assert recall()["recent"][0] == "llm"
    async with watching(directory) as pilot:
        assert screen(pilot).grid.current == "llm"


async def test_a_filter_is_kept_for_its_run_alone(base: Path) -> None:
    directory = await finished_run(base)
    other = directory.path.parent / "other"
    shutil.copytree(directory.path, other)
    async with watching(directory) as pilot:
        await pilot.press("1", "slash", *"front", "enter")
        await until(pilot, lambda: screen(pilot).grid.mounted["population"].remembered()["filter"] == "front")
        screen(pilot).keep_layout()
    async with watching(directory) as pilot:
        await until(pilot, lambda: screen(pilot).grid.mounted["population"].remembered()["filter"] == "front")
    async with watching(RunDirectory(other)) as pilot:
        await until(pilot, lambda: screen(pilot).selected is not None)
        assert screen(pilot).grid.mounted["population"].remembered()["filter"] == ""


async def test_a_run_that_goes_on_is_asked_about(base: Path) -> None:
    (base / "runs").mkdir()
    rig = Rig(base / "runs", settings_of("population=2", "generations=0")).create()
    executor = GatedExecutor()
    with rig.directory.locked():
        running = asyncio.create_task(rig.work(executor))
        await executor.begun.wait()
        async with watching(rig.directory) as pilot:
            assert screen(pilot).works
            assert "running" in header(pilot)
            await pilot.press("q")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
            await pilot.press("escape")
            await pilot.pause()
            assert not pilot.app._exit
            await pilot.press("q")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
            await pilot.press("down", "enter")
            await until(pilot, lambda: pilot.app._exit)
        executor.gate.set()
        assert (await running).status in ("finished", "stopped")
    with rig.reader() as reader:
        assert [(row.key, row.new) for row in reader.controls() if row.actor == "user"] == [("stop", "generation")]


async def test_pause_is_a_request_to_the_engine_and_shown_when_it_is_in_force(base: Path) -> None:
    (base / "runs").mkdir()
    rig = Rig(base / "runs", settings_of("population=2", "generations=1")).create()
    executor = GatedExecutor()
    with rig.directory.locked():
        running = asyncio.create_task(rig.work(executor))
        await executor.begun.wait()
        async with watching(rig.directory) as pilot:
            await pilot.press("p")
            await until(pilot, lambda: "paused" in header(pilot))
            await pilot.press("p")
            await until(pilot, lambda: "paused" not in header(pilot))
        executor.gate.set()
        await running


async def test_no_engine_no_pause(base: Path) -> None:
    directory = await finished_run(base)
    async with watching(directory) as pilot:
        await pilot.press("p")
        await pilot.pause()
        assert inbox.waiting(directory.inbox) == []


async def test_a_run_that_vanishes_while_it_is_watched_is_a_sentence_and_keys_still_work(base: Path) -> None:
    directory = await finished_run(base)
    async with watching(directory) as pilot:
        directory.database.unlink()
        await until(pilot, lambda: "gone" in header(pilot))
        for key in ("1", "down", "enter", "2", "n", "3", "down", "right", "4", "5", "z"):
            await pilot.press(key)
        await pilot.pause(0.3)
        assert not pilot.app._exit


async def test_a_terminal_that_is_too_small_says_so_until_it_grows(base: Path) -> None:
    async with watching(await finished_run(base)) as pilot:
        await pilot.resize_terminal(30, 8)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmall))
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))


async def test_a_size_that_was_told_too_late_is_put_right(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One signal of a size may interrupt another, so that the older size is told last."""
    monkeypatch.setattr("ge_tui.tui.app._SETTLED_S", 1.5)  # a busy machine looks seldom
    async with watching(await finished_run(base)) as pilot:
        real = pilot.app.size
        monkeypatch.setattr(GeTui, "_terminal_size", lambda app: real)
        pushed: list[object] = []  # it may be gone before it is looked for
        usual = pilot.app.push_screen
        monkeypatch.setattr(pilot.app, "push_screen", lambda one, *more: (pushed.append(one), usual(one, *more))[1])
        pilot.app.post_message(Resize(Size(30, 8), Size(30, 8)))
        await until(pilot, lambda: any(isinstance(one, TooSmall) for one in pushed))
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen) and pilot.app.size == real)


async def test_news_that_arrive_while_the_screen_is_taken_apart(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parts go before its workers do: the last look must not look for them."""
    async with watching(await finished_run(base)) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, RunScreen)
        poll = screen.feed.poll

        async def poll_late() -> Update:
            while screen.query(Header):
                await asyncio.sleep(0)
            return replace(await poll(), individuals=tuple(screen.model.individuals.values()))

        monkeypatch.setattr(screen.feed, "poll", poll_late)
        await pilot.pause(1.0)


async def test_panes_that_are_opened_after_one_was_marked_know_of_it(base: Path) -> None:
    """Told before they stood on the screen, the front could not draw it and broke the app."""
    async with watching(await finished_run(base), size=(80, 24)) as pilot:
        await until(pilot, lambda: screen(pilot).selected is not None)
        await pilot.press("m")
        await until(pilot, lambda: screen(pilot).marked is not None)
        for key, name in (("7", "front"), ("6", "lineage"), ("2", "diff")):
            await pilot.press(key)
            await until(pilot, lambda name=name: name in screen(pilot).grid.mounted)
            await pilot.pause()
        front, diff = (screen(pilot).grid.mounted[name] for name in ("front", "diff"))
        await until(pilot, lambda: front.marked == diff.marked == screen(pilot).marked)  # type: ignore[attr-defined]


async def test_two_hundred_fast_keys(base: Path) -> None:
    async with watching(await finished_run(base)) as pilot:
        keys = ["1", "j", "j", "k", "2", "n", "N", "3", "j", "k", "tab", "shift+tab", "4", "5", "z", "z"]
        await pilot.press(*(keys * 13)[:200])
        await pilot.pause()
        assert not pilot.app._exit
        assert pilot.app.screen.query(KeyLine)


@pytest.mark.parametrize(("said", "code", "free", "words"), [
    ("ge-tui: no Ollama answers at its address", 3, 1 << 30, "no Ollama answers"),
    ("", 4, 4096, "the disk is full: 4 kB are free"),
])  # fmt: skip
async def test_an_engine_that_cannot_go_on_says_why(
    base: Path, monkeypatch: pytest.MonkeyPatch, said: str, code: int, free: int, words: str
) -> None:
    directory = await finished_run(base)
    (directory.path / LOG).write_text(f"{said}\n")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=free))
    monkeypatch.setattr(
        "ge_tui.tui.processes.engine.start_engine",
        lambda _directory, _changes: subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"]),
    )
    async with watching(directory) as pilot:
        screen(pilot).start_engine()
        await until(pilot, lambda: any(words in one.message for one in pilot.app._notifications))


async def test_a_key_right_after_the_number_of_a_pane_is_that_panes(base: Path) -> None:
    directory = await finished_run(base)
    async with watching(directory) as pilot:
        await pilot.press("5")
        await until(pilot, lambda: screen(pilot).grid.current == "log")
        await pilot.pause()
        screen(pilot).action_pane(1)
        focused = screen(pilot).focused
        assert focused is not None
        assert any(pane.id == "pane-population" for pane in focused.ancestors)
