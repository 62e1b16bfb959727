"""Acting on individuals from the run screen, on a finished run of fakes and on one that works."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest import mock

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from ge_tui.run.store import RunReader
from ge_tui.run.store.acts import ActKind, ActRow, ActState, acts
from ge_tui.tui.acts.actions import ACTS
from ge_tui.tui.acts.menu import ActMenu
from ge_tui.tui.acts.wishes import Wishes
from ge_tui.tui.population.pane import PopulationPane
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.run import RunScreen
from tests.run.fakes import SEED_SOURCE, FakeExecutor, GatedExecutor, Rig, settings_of
from tests.tui.screens.test_run_screen import screen, until, watching


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("runs")
    Rig(base, settings_of("generations=1")).create().run(FakeExecutor(failing=0.0))
    return base


@pytest.fixture
def rig(finished: Path, tmp_path: Path) -> Rig:
    """A copy of a finished run."""
    import shutil

    shutil.copytree(finished, tmp_path / "runs")
    return Rig(tmp_path / "runs", settings_of("generations=1"))


def acts_of(rig: Rig) -> list[ActRow]:
    with RunReader(rig.directory.database) as reader:
        return acts(reader.connection)


async def go_to(pilot: Pilot[int], number: int) -> None:
    pane = screen(pilot).grid.mounted["population"]
    assert isinstance(pane, PopulationPane)
    await until(pilot, lambda: pane.table.go_to(number))
    pane.table.focus()
    await until(pilot, lambda: screen(pilot).acted_on == number)


def is_open(pilot: Pilot[int], kind: type) -> bool:
    return isinstance(pilot.app.screen, kind)


async def test_pin_and_veto_are_on_record_and_in_the_table_at_once(rig: Rig) -> None:
    async with watching(rig.directory) as pilot:
        await go_to(pilot, 1)
        model = screen(pilot).model
        await pilot.press("P")
        await until(pilot, lambda: model.individuals[1].pinned)
        await pilot.press("O")
        await until(pilot, lambda: model.individuals[1].vetoed)
        pane = screen(pilot).grid.mounted["population"]
        assert isinstance(pane, PopulationPane)
        await until(pilot, lambda: "pinned · vetoed" in str(pane.card.origin.content))
        told = [str(note.message) for note in pilot.app._notifications]
        assert "#1 is pinned: every selection keeps it once the run goes on" in told
        await pilot.press("P", "O")
        await until(pilot, lambda: model.standing.pinned == model.standing.vetoed == frozenset())
    kinds = [(act.kind, act.individual, act.state) for act in acts_of(rig)]
    assert kinds == [(kind, 1, ActState.DONE) for kind in (ActKind.PIN, ActKind.VETO, ActKind.UNPIN, ActKind.UNVETO)]


async def test_the_menu_greys_what_cannot_be_done_and_says_why(rig: Rig) -> None:
    async with watching(rig.directory) as pilot:
        await go_to(pilot, 1)
        await pilot.press("A")
        await until(pilot, lambda: is_open(pilot, ActMenu))
        options = pilot.app.screen.query_one(OptionList)
        disabled = {str(o.id): str(o.prompt) for o in map(options.get_option_at_index, range(len(ACTS))) if o.disabled}
        assert disabled.keys() == {"kill", "cross", "aim"}
        assert "it is not in training" in disabled["kill"]
        assert "mark the other parent first" in disabled["cross"]
        assert "this run asks no language model" in disabled["aim"]
        await pilot.press("X")  # greyed: nothing but a word
        assert is_open(pilot, ActMenu)
        await pilot.press("P")
        await until(pilot, lambda: is_open(pilot, RunScreen) and 1 in screen(pilot).model.standing.pinned)
        await pilot.press("A")
        await until(pilot, lambda: is_open(pilot, ActMenu))
        assert "unpin" in str(pilot.app.screen.query_one(OptionList).get_option("pin").prompt)
        await pilot.press("escape")


async def test_the_menu_scrolls_in_the_smallest_terminal(rig: Rig) -> None:
    async with watching(rig.directory, (40, 10)) as pilot:
        await pilot.press("A")
        await until(pilot, lambda: is_open(pilot, ActMenu))
        options = pilot.app.screen.query_one(OptionList)
        await pilot.press("end")
        await until(pilot, lambda: options.highlighted == len(ACTS) - 1 and options.scroll_y > 0)
        assert 0 < options.region.height <= 6
        assert options.region.bottom <= 10


async def test_two_are_crossed_on_a_finished_run_and_it_offers_to_go_on(rig: Rig) -> None:
    async with watching(rig.directory) as pilot:
        await go_to(pilot, 4)
        await pilot.press("m")
        await go_to(pilot, 3)
        with mock.patch.object(RunScreen, "start_engine") as start:
            await pilot.press("C")
            await until(pilot, lambda: is_open(pilot, Choice))
            await pilot.press("enter")
            await until(pilot, lambda: start.called)
        start.assert_called_once_with("--generations", "2")
    (act,) = acts_of(rig)
    assert (act.kind, act.parents, act.state) == (ActKind.CROSS, (3, 4), ActState.WAITING)


def editor_that(text: str, *more: str) -> mock._patch[mock.Mock]:
    """In place of the user's editor: what it leaves, one time after the other."""
    return mock.patch("ge_tui.tui.acts.editing._in_editor", side_effect=[text, *more])


async def test_an_edit_with_an_error_can_be_mended_and_enters_once_it_holds(rig: Rig) -> None:
    good = SEED_SOURCE.replace("return 8", "return 99")
    async with watching(rig.directory) as pilot:
        await go_to(pilot, 0)
        with editor_that(SEED_SOURCE):
            await pilot.press("E")
            await until(pilot, lambda: any("nothing was changed" in n.message for n in pilot.app._notifications))
        with editor_that("class Net:\n  !\n", good) as editor:
            await pilot.press("E")
            await until(pilot, lambda: is_open(pilot, Choice))
            assert "line 2" in str(pilot.app.screen.query_one(".detail").render())
            await pilot.press("enter")
            await until(pilot, lambda: editor.call_count == 2 and is_open(pilot, Choice) and acts_of(rig) != [])
        assert editor.call_args_list[1].args[2] == "class Net:\n  !\n", "the same text is there to be mended"
        await pilot.press("escape")
    (act,) = acts_of(rig)
    with RunReader(rig.directory.database) as reader:
        assert act.source_blob is not None
        assert reader.text(act.source_blob) == good


async def test_an_edit_that_is_given_up_is_kept_as_a_file(rig: Rig) -> None:
    async with watching(rig.directory) as pilot:
        await go_to(pilot, 0)
        with editor_that("broken("):
            await pilot.press("E")
            await until(pilot, lambda: is_open(pilot, Choice))
            await pilot.press("down", "enter")
            await until(pilot, lambda: is_open(pilot, RunScreen))
    (file,) = (rig.directory.path / "edits").iterdir()
    assert file.read_text() == "broken("
    assert acts_of(rig) == []


async def test_a_running_training_is_killed_after_a_question_and_a_child_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    rig = Rig(tmp_path / "runs", settings_of("generations=0")).create()
    executor = GatedExecutor()
    working = asyncio.create_task(rig.work(executor))
    async with watching(rig.directory) as pilot:
        model = screen(pilot).model
        await until(pilot, lambda: model.in_training and model.alive is not None)
        # The rig holds no lock, as an engine of its own would: the screen has to be told that it works.
        with (
            mock.patch.object(RunScreen, "works", True),
            mock.patch("ge_tui.tui.acts.sending.take_requests", return_value=False),
        ):
            number = model.in_training[0].number
            await go_to(pilot, number)
            await pilot.press("X")
            await until(pilot, lambda: is_open(pilot, Choice))
            await pilot.press("enter")
            await until(pilot, lambda: model.individuals[number].outcome == "killed")
            await go_to(pilot, 0)
            await pilot.press("B")
            await until(pilot, lambda: any(act.child is not None for act in model.acts))
            child = next(act.child for act in model.acts if act.child is not None)
            await until(pilot, lambda: f"child #{child} is being made" in [n.message for n in pilot.app._notifications])
            assert model.individuals[child].asked == "breed"
            executor.gate.set()
            async with asyncio.timeout(20):
                await working


async def test_how_a_child_is_to_be_made_is_asked_for(rig: Rig) -> None:
    answers: list[dict[str, str] | None] = []
    async with watching(rig.directory) as pilot:
        choices = {"segment": ["drawn", "Net", "Head"], "persona": ["drawn", "expert"]}
        pilot.app.push_screen(Wishes("Change #1", choices, in_words=True), answers.append)
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"wider")
        await pilot.press("shift+tab", "right", "down", "right", "left")
        await pilot.press("enter")
        await until(pilot, lambda: answers)
    assert answers == [{"segment": "Net", "instruction": "wider"}]


async def test_the_palette_and_the_help_know_what_can_be_done(rig: Rig) -> None:
    async with watching(rig.directory) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(screen(pilot))}
        assert {f"Individual: {action.label}" for action in ACTS} <= titles
        for action in ACTS:
            assert hasattr(screen(pilot), f"act_{action.method}")
