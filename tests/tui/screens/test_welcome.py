"""The list of runs: what it shows, and what its keys do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.overview import RunOverview
from ge_tui.tui.app import GeTui
from ge_tui.tui.keys.key_line import KeyLine
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.new_run import NewRunScreen
from ge_tui.tui.screens.run_list import doctor_lines, matters_first, order, run_line, what_enter_does
from ge_tui.tui.screens.welcome import WelcomeScreen
from ge_tui.tui.screens.welcome_actions import ACTIONS
from tests.run.fakes import GatedExecutor, Rig, settings_of
from tests.tui.rig import environment

RUN = RunOverview("digits-1", "/runs/digits-1", status="crashed", task="T", data="digits", llm="offline", generation=3,
                  generations=8, evaluated=17, best={"accuracy": 0.847}, created_at=1000.0,
                  hypervolumes=(0.1, 0.2, 0.4), reason="the machine went away")  # fmt: skip


# -- lines ---------------------------------------------------------------------------------------------


def test_a_line_says_state_best_and_trend() -> None:
    line = run_line(RUN, 120, now=1000 + 3 * 3600).plain
    for words in ("✗ digits-1", "crashed", "gen 3/8", "accuracy 0.8470", "▁▃█", "3 h", "17 evaluated", "offline"):
        assert words in line
    assert run_line(RUN, 120, unicode=False).plain.startswith("x digits-1")


@given(st.text(max_size=60), st.text(max_size=60), st.integers(40, 250))
def test_a_line_keeps_to_its_width_whatever_a_run_is_called(name: str, problem: str, width: int) -> None:
    for run in (replace(RUN, name=name.replace("\n", " ")), replace(RUN, problem=problem), replace(RUN, llm=problem)):
        line = run_line(run, width).plain
        assert cell_len(line) <= width + 2
        assert run.name != RUN.name or line.isprintable()


def test_those_that_work_come_first_then_the_newest() -> None:
    runs = [replace(RUN, name="old"), replace(RUN, name="new", created_at=2000.0),
            replace(RUN, name="works", status="running", created_at=1.0)]  # fmt: skip
    assert [run.name for run in order(runs)] == ["works", "new", "old"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (replace(RUN, status="running"), "Enter: watch it"),
        (RUN, "r: go on with it, Enter: look at it; the machine went away"),
        (replace(RUN, status="finished", reason="all 8 generations are done"), "Enter: look at it; all 8"),
        (replace(RUN, status="new"), "r: begin it"),
        (replace(RUN, problem="no run\n\x1b[31m here"), "it cannot be read: no run ␛[31m here"),
        (None, "Enter: begin a small run, no model or download needed; n: your own run"),
    ],
)
def test_what_enter_does_is_said(run: RunOverview | None, words: str) -> None:
    assert what_enter_does(run, any_runs=run is not None).startswith(words)


FINDINGS = [
    {"name": "python", "grade": "good", "detail": "3.11", "advice": ""},
    {"name": "disk (runs)", "grade": "warning", "detail": "1 GiB free", "advice": "make room"},
    {"name": "ollama", "grade": "warning", "detail": "no answer", "advice": "start it"},
    {"name": "terminal", "grade": "missing", "detail": "", "advice": ""},
    {"name": "torch", "grade": "missing", "detail": "cannot load", "advice": "install it"},
]


def test_what_matters_is_told_first_in_one_line_each() -> None:
    assert [one["name"] for one in matters_first(FINDINGS)] == ["torch", "ollama", "disk (runs)", "python"]
    assert doctor_lines(FINDINGS, 40).plain.splitlines() == [
        "MISSING torch: cannot load; install it",
        "note    ollama: no answer; start it",
        "note    disk (runs): 1 GiB free; make r…",
        "ok      python: 3.11",
    ]
    assert "looking" in doctor_lines(None).plain


@given(st.lists(st.fixed_dictionaries({}, optional={"name": st.text(), "grade": st.text(), "detail": st.none()})))
def test_findings_of_any_shape_are_shown(findings: list[dict[str, object]]) -> None:
    assert len(doctor_lines(findings).plain.splitlines()) == len(matters_first(findings))


# -- the screen ----------------------------------------------------------------------------------------


@asynccontextmanager
async def welcome(base: Path) -> AsyncIterator[Pilot]:  # type: ignore[type-arg]
    """The list of runs; none is ever opened."""
    with ExitStack() as stack:
        stack.enter_context(environment(base, OLLAMA_HOST="127.0.0.1:9", XDG_CACHE_HOME=str(base / "cache")))
        stack.enter_context(mock.patch.object(WelcomeScreen, "examine"))
        opened = stack.enter_context(mock.patch.object(GeTui, "open_run"))
        app = GeTui(base / "runs")
        app.opened = opened  # type: ignore[attr-defined]
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, WelcomeScreen) and app.screen._looked)
            yield pilot


async def until(pilot: Pilot, condition: Callable[[], object]) -> None:  # type: ignore[type-arg]
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause(0.02)


def made(base: Path, name: str, *, done: bool = True) -> Rig:
    (base / "runs").mkdir(exist_ok=True)
    rig = Rig(base / "runs", settings_of("population=2", "generations=1"), name=name).create()
    if done:
        rig.run()
    return rig


def opened(pilot: Pilot) -> mock.Mock:  # type: ignore[type-arg]
    return pilot.app.opened  # type: ignore[attr-defined,no-any-return]


def hint(pilot: Pilot) -> str:  # type: ignore[type-arg]
    return str(pilot.app.screen.query_one("#hint", Static).render())


def listed(pilot: Pilot) -> list[str]:  # type: ignore[type-arg]
    found = pilot.app.screen.query_one(OptionList)
    return [found.get_option_at_index(place).id or "" for place in range(found.option_count)]


def toasts(pilot: Pilot) -> str:  # type: ignore[type-arg]
    return "\n".join(f"{one.title} {one.message}" for one in pilot.app._notifications)


async def test_the_first_minute_works_everywhere(tmp_path: Path) -> None:
    async with welcome(tmp_path) as pilot:
        assert "no model or download" in hint(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: opened(pilot).called)
        directory = opened(pilot).call_args.args[0]
        assert opened(pilot).call_args.kwargs == {"start": True}
        assert directory.database.is_file()
        await until(pilot, lambda: listed(pilot) == [directory.name])
        await until(pilot, lambda: "r: begin it" in hint(pilot))


async def test_no_demo_where_no_run_can_be_made(tmp_path: Path) -> None:
    async with welcome(tmp_path) as pilot:
        with mock.patch("ge_tui.run.new_run.create_run", side_effect=UsageError("the disk is full")):
            await pilot.press("d")
            await until(pilot, lambda: "the disk is full" in toasts(pilot))
        assert not opened(pilot).called


async def test_the_cursor_is_on_the_run_that_works_and_enter_watches_it(tmp_path: Path) -> None:
    await asyncio.to_thread(made, tmp_path, "done")
    rig = await asyncio.to_thread(lambda: made(tmp_path, "works", done=False))
    executor = GatedExecutor()
    with rig.directory.locked():
        running = asyncio.create_task(rig.work(executor))
        await executor.begun.wait()
        async with welcome(tmp_path) as pilot:
            assert listed(pilot) == ["works", "done"]
            assert hint(pilot) == "Enter: watch it"
            await pilot.press("r", "x")
            await until(pilot, lambda: "works is running" in toasts(pilot))
            await until(pilot, lambda: "end it before you delete it" in toasts(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: opened(pilot).called)
            assert opened(pilot).call_args == mock.call(RunDirectory(rig.directory.path), start=False)
            await pilot.press("down")
            await until(pilot, lambda: "look at it" in hint(pilot))
        executor.gate.set()
        await running


async def test_a_run_is_deleted_after_a_question(tmp_path: Path) -> None:
    for name in ("one", "two"):
        await asyncio.to_thread(made, tmp_path, name)
    async with welcome(tmp_path) as pilot:
        await pilot.press("down", "x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        await pilot.press("enter")  # the first answer keeps it
        await until(pilot, lambda: isinstance(pilot.app.screen, WelcomeScreen))
        assert listed(pilot) == ["one", "two"]
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WelcomeScreen) and listed(pilot) == ["one"])
        assert [path.name for path in (tmp_path / "runs").iterdir()] == ["one"]


async def test_a_run_that_an_engine_took_meanwhile_is_not_deleted(tmp_path: Path) -> None:
    rig = await asyncio.to_thread(made, tmp_path, "one")
    async with welcome(tmp_path) as pilot:
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        with rig.directory.locked():
            await pilot.press("down", "enter")
            await until(pilot, lambda: "one is not deleted" in toasts(pilot))
        assert rig.directory.database.is_file()


async def test_a_run_that_goes_away_leaves_the_list(tmp_path: Path) -> None:
    rig = await asyncio.to_thread(made, tmp_path, "one")
    async with welcome(tmp_path) as pilot:
        rig.directory.path.rename(tmp_path / "elsewhere")
        await until(pilot, lambda: listed(pilot) == [""])
        assert "no model" in hint(pilot)


async def test_the_form_is_a_key_or_a_click_away(tmp_path: Path) -> None:
    async with welcome(tmp_path) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewRunScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WelcomeScreen))
        keys = pilot.app.screen.query_one(KeyLine)
        start = next(start for start, _, action in keys._spans if action.name == "welcome.new_run")
        await pilot.click(keys, offset=(start + 2, 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, NewRunScreen))


def test_every_action_has_a_method_and_a_key_of_its_own() -> None:
    keys = [key for action in ACTIONS for key in action.keys.split(",")]
    assert len(keys) == len(set(keys))
    assert all(hasattr(WelcomeScreen, f"action_{action.method}") for action in ACTIONS)
