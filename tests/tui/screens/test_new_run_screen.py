"""The form for a new run, from its opening to the run it makes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from unittest import mock

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from ge_tui.errors import NotReadyError, UsageError
from ge_tui.run.directory import RunDirectory, all_runs, create_run_directory
from ge_tui.run.store import RunReader
from ge_tui.settings import Settings, read_settings
from ge_tui.tui.app import GeTui
from ge_tui.tui.new_run import starting
from ge_tui.tui.new_run.field_row import FieldRow
from ge_tui.tui.new_run.form import DATA, MODELS, Form
from ge_tui.tui.new_run.open_config import OpenConfig
from ge_tui.tui.new_run.preview import Preview
from ge_tui.tui.new_run.probe import Measured, Question
from ge_tui.tui.remembered import recall, remember
from ge_tui.tui.screens.dialogs import Choice
from ge_tui.tui.screens.help import HelpScreen
from ge_tui.tui.screens.new_run import ACTIONS, MEMORY, NewRunScreen
from ge_tui.tui.screens.welcome import WelcomeScreen
from ge_tui.tui.terminal.themes import find_themes
from tests.llm.ollama.script import Model, Script
from tests.llm.ollama.server import FakeOllama
from tests.tui.rig import environment

AWAY = "127.0.0.1:9"


@asynccontextmanager
async def form(base: Path, server: FakeOllama | None = None, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot]:  # type: ignore[type-arg]
    """The form on an empty list of runs; no run is ever opened."""
    host = server.url if server else AWAY
    places = {"XDG_CACHE_HOME": str(base / "cache"), "XDG_DATA_HOME": str(base / "data"), "GE_TUI_RUNS": ""}
    with (
        environment(base, OLLAMA_HOST=host, **places),
        mock.patch.object(WelcomeScreen, "examine"),
        mock.patch.object(GeTui, "open_run") as opened,
    ):
        app = GeTui(base / "runs")
        app.opened = opened  # type: ignore[attr-defined]
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, WelcomeScreen))
            await pilot.press("n")
            await until(pilot, lambda: isinstance(app.screen, NewRunScreen) and app.screen._look is not None)
            await until(pilot, lambda: not screen(pilot)._shelf.looking)
            yield pilot


async def until(pilot: Pilot, condition: Callable[[], object]) -> None:  # type: ignore[type-arg]
    """Wait until something is so."""
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause(0.02)


def screen(pilot: Pilot) -> NewRunScreen:  # type: ignore[type-arg]
    return next(one for one in pilot.app.screen_stack if isinstance(one, NewRunScreen))


def row(pilot: Pilot, key: str) -> FieldRow:  # type: ignore[type-arg]
    return next(one for one in screen(pilot).query(FieldRow) if one.field.key == key)


async def fill(pilot: Pilot, key: str, text: str) -> None:  # type: ignore[type-arg]
    """Type into a field."""
    await screen(pilot).form.go_to(key)
    await pilot.pause()
    await pilot.press("end", "ctrl+u", *(_KEYS.get(char, char) for char in text))
    await pilot.pause()


_KEYS = {
    " ": "space",
    ":": "colon",
    "/": "slash",
    ".": "full_stop",
    "-": "minus",
    "_": "underscore",
    "=": "equals_sign",
}


def preview(pilot: Pilot) -> str:  # type: ignore[type-arg]
    return screen(pilot).query_one(Preview).words


def hint(pilot: Pilot) -> str:  # type: ignore[type-arg]
    return str(screen(pilot).query_one("#hint", Static).render())


def toasts(pilot: Pilot) -> str:  # type: ignore[type-arg]
    return "\n".join(f"{one.title} {one.message}" for one in pilot.app._notifications)


def names(pilot: Pilot, listing: str) -> dict[str, tuple[bool, tuple[str, ...]]]:  # type: ignore[type-arg]
    return {pick.name: (pick.chosen, pick.facts) for pick in screen(pilot).form.listing(listing).picks}


async def pick(pilot: Pilot, listing: str, name: str, key: str = "space") -> None:  # type: ignore[type-arg]
    found = screen(pilot).form.listing(listing)
    found.focus()
    await pilot.pause()
    found._go([one.name for one in found.picks].index(name))
    await pilot.press(key)
    await pilot.pause()


# -- filling in ----------------------------------------------------------------------------------------


async def test_a_mistake_is_told_beside_the_field_as_it_is_typed_and_goes_when_it_is_mended(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "controls.population", "0")
        assert "greater than or equal to 1" in row(pilot, "controls.population").problem
        assert "greater than or equal to 1" in hint(pilot)
        await pilot.press("enter")  # a wrong field is not left
        assert screen(pilot).form.row_in_focus() is row(pilot, "controls.population")
        await pilot.press("backspace", "8", "enter")
        await pilot.pause()
        assert row(pilot, "controls.population").problem == ""
        assert screen(pilot).form.row_in_focus() is row(pilot, "search.generations")
        await until(pilot, lambda: "88: 8 at the start, then 10 x 8" in preview(pilot))


async def test_typing_faster_than_the_form_follows_keeps_every_letter_and_the_cursor(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "name", "")
        editor = row(pilot, "name").query_one(Input)
        for length in range(1, 6):
            editor.insert_text_at_cursor("quick"[length - 1])
            for _ in range(length):  # so that each letter meets the form at another of its steps
                await asyncio.sleep(0)
        await until(pilot, lambda: screen(pilot).draft.text("name") == "quick")
        await pilot.pause()
        assert (editor.value, editor.cursor_position) == ("quick", 5)


async def test_the_start_goes_to_the_first_wrong_field_and_loses_nothing(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "seed", "x")
        await fill(pilot, "data", "nowhere")
        await fill(pilot, "controls.population", "3")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen(pilot).form.row_in_focus() is row(pilot, "data"))
        assert "no data set 'nowhere'" in row(pilot, "data").problem
        assert (row(pilot, "seed").text, row(pilot, "controls.population").text) == ("x", "3")
        assert isinstance(pilot.app.screen, NewRunScreen)
        assert all_runs(tmp_path / "runs") == []


async def test_a_wrong_field_behind_the_fold_is_shown(tmp_path: Path) -> None:
    with environment(tmp_path):
        remember({MEMORY: {"search.objectives": "beauty"}})
    async with form(tmp_path) as pilot:
        await until(pilot, lambda: "search.objectives" in screen(pilot)._problems())
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(screen(pilot).query("FieldRow.long")) > 20)
        await until(pilot, lambda: screen(pilot).form.row_in_focus() is row(pilot, "search.objectives"))
        assert "no metric 'beauty'" in row(pilot, "search.objectives").problem


async def test_settings_are_found_by_name_and_meaning(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await pilot.press("ctrl+f")
        await until(pilot, lambda: screen(pilot).focused is screen(pilot).form.search)
        await pilot.press(*"nucleus")
        await until(pilot, lambda: [one.field.key for one in shown_advanced(pilot)] == ["controls.top_p"])
        await pilot.press("enter")
        await pilot.pause()
        assert screen(pilot).form.row_in_focus() is row(pilot, "controls.top_p")
        await pilot.press("end", "ctrl+u", "0", "full_stop", "5")
        await pilot.pause()
        assert screen(pilot).draft.settings().controls.top_p == 0.5
        screen(pilot).form.search.value = "no such thing"
        await until(pilot, lambda: screen(pilot).query_one("#nothing").display)
        screen(pilot).form.search.focus()
        screen(pilot).form.search.value = "evaluation.rung"
        said = screen(pilot).query_one("#nothing", Static)
        await until(pilot, lambda: str(said.render()) == "above: rung")
        await pilot.press("enter")
        await pilot.pause()
        assert screen(pilot).form.row_in_focus() is row(pilot, "evaluation.rung")


def shown_advanced(pilot: Pilot) -> list[FieldRow]:  # type: ignore[type-arg]
    rows = screen(pilot).query(".section.advanced FieldRow").results(FieldRow)
    return [one for one in rows if one.display and one.parent is not None and one.parent.display]


async def test_arrows_walk_through_fields_and_lists_and_choices_step(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        listing = screen(pilot).form.listing(DATA)
        await screen(pilot).form.go_to("data")
        await pilot.press("down")
        assert screen(pilot).focused is listing
        await pilot.press("down", "space")
        await pilot.pause()
        assert row(pilot, "data").text == "digits-plain"
        await pilot.press("up", "up")
        await pilot.pause()
        assert screen(pilot).form.row_in_focus() is row(pilot, "data")
        await screen(pilot).form.go_to("evaluation.rung")
        await pilot.press("right")
        await until(pilot, lambda: "full" in preview(pilot))
        assert screen(pilot).draft.settings().evaluation.rung == "full"


async def test_the_mouse_works(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await pilot.click(screen(pilot).form.listing(DATA), offset=(4, 1))
        await pilot.pause()
        assert row(pilot, "data").text == "digits-plain"
        await pilot.click(row(pilot, "seed"), offset=(3, 0))
        await pilot.pause()
        assert screen(pilot).form.row_in_focus() is row(pilot, "seed")
        rung = row(pilot, "evaluation.rung").editor
        await pilot.click(rung, offset=(2, 0))
        await pilot.pause()
        assert row(pilot, "evaluation.rung").text == "look"


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
async def test_every_field_can_be_reached_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async with form(tmp_path, size=size) as pilot:
        seen: set[str] = set()
        for _ in range(40):
            await pilot.press("tab")
            at = screen(pilot).form.row_in_focus()
            if at is not None:
                seen.add(at.field.key)
                await until(pilot, lambda at=at: screen(pilot).form.region.contains_region(at.editor.region))
        assert seen >= {"task", "data", "llm", "controls.population", "budget.hours", "seed", "name"}


# -- models --------------------------------------------------------------------------------------------


async def test_models_are_listed_taken_in_and_weighed(tmp_path: Path) -> None:
    async with (
        FakeOllama(Script(models=[Model("coder:7b"), Model("other:1b")])) as server,
        form(tmp_path, server) as pilot,
    ):
        assert list(names(pilot, MODELS)) == ["offline", "coder:7b", "other:1b"]
        assert not screen(pilot).query_one("#section-personas").display
        await pick(pilot, MODELS, "coder:7b")
        await pick(pilot, MODELS, "other:1b", "plus")
        await pilot.press("plus")
        await pilot.pause()
        assert row(pilot, "llm").text == "ollama:coder:7b=1,other:1b=2"
        assert screen(pilot).query_one("#section-personas").display
        await until(pilot, lambda: "for the answer, window of" in preview(pilot))
        await pick(pilot, MODELS, "offline")
        assert row(pilot, "llm").text == "offline"


async def test_a_model_that_is_not_there_keeps_the_run_from_starting(tmp_path: Path) -> None:
    async with FakeOllama() as server, form(tmp_path, server) as pilot:
        await fill(pilot, "llm", "ollama:gone:1b")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "gone:1b is not installed" in toasts(pilot))
        assert all_runs(tmp_path / "runs") == []


async def test_without_a_server_the_form_says_so_and_offline_works(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        assert row(pilot, "llm")._note.startswith("no models: ")
        assert row(pilot, "llm").problem == ""
        await fill(pilot, "llm", "ollama:coder:7b")
        await until(pilot, lambda: row(pilot, "llm").problem)


async def test_a_model_is_fetched_with_progress_and_taken_in(tmp_path: Path) -> None:
    async with FakeOllama(Script(library={"new:1b": 2_000_000_000})) as server, form(tmp_path, server) as pilot:
        await fill(pilot, "pull", "new:1b")
        await pilot.press("enter")
        await until(pilot, lambda: row(pilot, "llm").text == "ollama:new:1b")
        assert names(pilot, MODELS)["new:1b"][0]


async def test_the_fetching_of_a_model_can_be_stopped_and_goes_on(tmp_path: Path) -> None:
    script = Script(library={"new:1b": 2_000_000_000}, pull_fault="hang")
    async with FakeOllama(script) as server, form(tmp_path, server) as pilot:
        await fill(pilot, "pull", "new:1b")
        await pilot.press("enter")
        await until(pilot, lambda: "of 2.00 GB" in row(pilot, "pull")._note)
        await pilot.press("enter")
        await until(pilot, lambda: "stopped" in row(pilot, "pull")._note)
        script.pull_fault = ""
        await pilot.press("enter")
        await until(pilot, lambda: row(pilot, "llm").text == "ollama:new:1b")


async def test_a_model_that_is_in_no_library_is_a_sentence_at_its_field(tmp_path: Path) -> None:
    async with FakeOllama(Script(library={})) as server, form(tmp_path, server) as pilot:
        await fill(pilot, "pull", "nothing:1b")
        await pilot.press("enter")
        await until(pilot, lambda: "has no model 'nothing:1b'" in row(pilot, "pull").problem)


# -- data ----------------------------------------------------------------------------------------------


class Fetching:
    """Stands for the download of a data set."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.ended = ""

    async def __call__(self, name: str, on_bytes: Callable[[int, int | None], None]) -> None:
        on_bytes(17_000_000, 170_000_000)
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.ended = f"{name} stopped"
            raise
        self.ended = f"{name} done"
        if self.problem:
            raise NotReadyError(self.problem)


async def test_data_is_fetched_only_when_asked_with_progress_and_can_be_stopped(tmp_path: Path) -> None:
    fetching = Fetching()
    with mock.patch("ge_tui.tui.new_run.errands.make_ready", fetching):
        async with form(tmp_path) as pilot:
            await pick(pilot, DATA, "cifar10")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
            await pilot.press("escape")
            await pilot.pause()
            assert not fetching.begun.is_set()
            await pick(pilot, DATA, "cifar10")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
            await pilot.press("enter")
            await until(pilot, lambda: "17 of 170 MB (10%)" in names(pilot, DATA)["cifar10"][1][0])
            await pick(pilot, DATA, "cifar10")
            await until(pilot, lambda: fetching.ended == "cifar10 stopped")
            await until(pilot, lambda: names(pilot, DATA)["cifar10"][1][0] == "170 MB to fetch")
            assert "what came is kept" in toasts(pilot)


async def test_a_download_that_fails_is_a_sentence(tmp_path: Path) -> None:
    fetching = Fetching("the server cannot be reached")
    fetching.go_on.set()
    with mock.patch("ge_tui.tui.new_run.errands.make_ready", fetching):
        async with form(tmp_path) as pilot:
            await pick(pilot, DATA, "cifar10")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
            await pilot.press("enter")
            await until(pilot, lambda: "the server cannot be reached" in toasts(pilot))


async def test_the_start_asks_before_it_fetches(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "data", "cifar10")
        await until(pilot, lambda: screen(pilot)._look is not None and screen(pilot)._look.data == "cifar10")  # type: ignore[union-attr]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        await pilot.press("escape")
        await pilot.pause(0.1)
        assert isinstance(pilot.app.screen, NewRunScreen)
        assert all_runs(tmp_path / "runs") == []


# -- time ----------------------------------------------------------------------------------------------


async def test_time_is_measured_on_demand_and_holds_until_what_was_measured_changes(tmp_path: Path) -> None:
    asked: list[Question] = []

    async def measure(question: Question) -> Measured:
        asked.append(question)
        return Measured(80, 8.0, "cpu", 2)

    with mock.patch("ge_tui.tui.new_run.errands.measure", measure):
        async with form(tmp_path) as pilot:
            assert "probe (^t) measures it" in preview(pilot)
            await fill(pilot, "controls.population", "4")
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "40 s a training, 2 at once" in preview(pilot))
            await fill(pilot, "search.generations", "0")
            await until(pilot, lambda: "about 2 min" in preview(pilot))
            await fill(pilot, "evaluation.recipe", "paper")
            await until(pilot, lambda: "probe (^t) measures it" in preview(pilot))
    assert [question.data for question in asked] == ["digits"]


async def test_measuring_can_be_stopped_and_its_failure_is_a_sentence(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def measure(_question: Question) -> Measured:
        await gate.wait()
        raise NotReadyError("the seed could not be trained (crashed): no luck")

    with mock.patch("ge_tui.tui.new_run.errands.measure", measure):
        async with form(tmp_path) as pilot:
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "s of about 60 (^t stops it)" in preview(pilot))
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "probe (^t) measures it" in preview(pilot))
            gate.set()
            await pilot.press("ctrl+t")
            await until(pilot, lambda: "no luck" in preview(pilot))


# -- files ---------------------------------------------------------------------------------------------


async def test_the_command_is_copied_and_its_file_is_read_back(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "controls.population", "3")
        await fill(pilot, "name", "mine")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "ge-tui run --config" in pilot.app.clipboard)
        assert f"--name mine --runs {tmp_path / 'runs'}" in pilot.app.clipboard
        (file,) = starting.presets()
        assert file.name == "mine.toml"
        assert starting.read_preset(file).controls.population == 3
        assert str(file) in pilot.app.clipboard


async def test_a_settings_file_fills_the_form_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("population = 5\nllm = 'ollama:a:b'\n[model]\n'a:b' = 2\n")
    (tmp_path / "bad.toml").write_text("population = 'many'\n")
    async with form(tmp_path) as pilot:
        for name in ("bad", "good"):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: isinstance(pilot.app.screen, OpenConfig))
            pilot.app.screen.query_one(Input).value = str(tmp_path / f"{name}.toml")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, NewRunScreen))
            if name == "bad":
                await until(pilot, lambda: "controls.population should be" in toasts(pilot))
                assert row(pilot, "controls.population").text == "12"
        await until(pilot, lambda: row(pilot, "controls.population").text == "5")
        assert screen(pilot).draft.settings() == starting.read_preset(tmp_path / "good.toml")


async def test_presets_are_listed(tmp_path: Path) -> None:
    with environment(tmp_path):
        starting.put_aside("seed = 77\n", starting.preset_file("seed = 77\n", "small"))
    async with form(tmp_path) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, OpenConfig))
        assert pilot.app.screen.query_one(OptionList).option_count == 1
        await pilot.press("enter")
        await until(pilot, lambda: row(pilot, "seed").text == "77")
        await pilot.press("f4")
        await until(pilot, lambda: row(pilot, "seed").text == "0")


# -- beginning -----------------------------------------------------------------------------------------


async def test_a_run_is_made_opened_and_started_as_the_form_says(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "data", "fake:8")
        await fill(pilot, "controls.population", "3")
        await fill(pilot, "name", "first")
        await pilot.press("ctrl+s")
        opened = pilot.app.opened  # type: ignore[attr-defined]
        await until(pilot, lambda: opened.called)
        assert opened.call_args == mock.call(RunDirectory(tmp_path / "runs" / "first"), start=True)
        assert not any(isinstance(one, NewRunScreen) for one in pilot.app.screen_stack)
        with RunReader(tmp_path / "runs" / "first" / "run.sqlite") as reader:
            settings = Settings.model_validate(reader.run().settings)
        wanted = read_settings((), ["data=fake:8", "population=3"])
        assert settings == wanted
        assert starting.read_preset(tmp_path / "runs" / "first" / "settings.toml") == wanted
        assert recall()[MEMORY] == {"data": "fake:8", "controls.population": "3"}
    async with form(tmp_path) as pilot:
        assert row(pilot, "controls.population").text == "3"
        assert row(pilot, "name").text == ""


async def test_a_name_that_is_taken_is_told_at_its_field(tmp_path: Path) -> None:
    create_run_directory(tmp_path / "runs", "first").database.write_bytes(b"")
    async with form(tmp_path) as pilot:
        await fill(pilot, "name", "first")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "there is a run 'first' already" in toasts(pilot))
        assert screen(pilot).form.row_in_focus() is row(pilot, "name")


@pytest.mark.parametrize(
    ("where", "said"),
    [("ge_tui.tui.new_run.look.refuse_network_file_system", "network"), ("ge_tui.run.opening.Store", "no space left")],
)
async def test_a_place_that_will_not_do_is_a_sentence(tmp_path: Path, where: str, said: str) -> None:
    async with AsyncExitStack() as stack:
        stack.enter_context(mock.patch(where, side_effect=UsageError(f"{said} there")))
        pilot = await stack.enter_async_context(form(tmp_path))
        await fill(pilot, "data", "fake:8")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: f"{said} there" in toasts(pilot))
        assert isinstance(pilot.app.screen, NewRunScreen)
        assert all_runs(tmp_path / "runs") == []


async def test_a_start_can_be_stopped(tmp_path: Path) -> None:
    fetching = Fetching()
    with mock.patch("ge_tui.tui.new_run.launch.make_ready", fetching):
        async with form(tmp_path) as pilot:
            await fill(pilot, "data", "fake:8")
            await pilot.press("ctrl+s")
            await asyncio.wait_for(fetching.begun.wait(), 10)
            await until(pilot, lambda: "17 of 170 MB" in hint(pilot))
            await pilot.press("escape")
            await until(pilot, lambda: fetching.ended == "fake:8 stopped")
            await pilot.pause(0.1)
            assert isinstance(pilot.app.screen, NewRunScreen)


# -- leaving -------------------------------------------------------------------------------------------


async def test_an_untouched_form_is_left_without_a_question(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WelcomeScreen))


@pytest.mark.parametrize(("keys", "left", "kept"), [(["enter"], True, True), (["down", "enter"], True, False),
                                                    (["escape"], False, False)])  # fmt: skip
async def test_a_form_that_was_filled_in_is_asked_about(
    tmp_path: Path, keys: list[str], left: bool, kept: bool
) -> None:
    async with form(tmp_path) as pilot:
        await fill(pilot, "seed", "5")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(pilot.app.screen, Choice))
        assert isinstance(pilot.app.screen, WelcomeScreen) == left
        assert (recall().get(MEMORY) == {"seed": "5"}) == kept


async def test_what_was_remembered_badly_and_a_broken_settings_file_do_not_keep_the_form_shut(tmp_path: Path) -> None:
    config = tmp_path / "config" / "ge-tui"
    config.mkdir(parents=True)
    (config / "config.toml").write_text("population = 'many'\n")
    with environment(tmp_path):
        remember({MEMORY: ["rubbish"]})
    async with form(tmp_path) as pilot:
        assert "controls.population should be" in toasts(pilot)
        assert row(pilot, "controls.population").text == "12"


@pytest.mark.parametrize("theme", sorted(file.name for file in find_themes()))
async def test_every_theme_suits_the_form(tmp_path: Path, theme: str) -> None:
    async with form(tmp_path) as pilot:
        pilot.app.theme = theme
        await fill(pilot, "seed", "x")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        assert pilot.app.export_screenshot()


async def test_help_and_palette_name_every_action(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        titles = {command.title for command in pilot.app.get_system_commands(screen(pilot))}
        for action in ACTIONS:
            assert hasattr(NewRunScreen, f"action_{action.method}")
            assert f"{action.scope.capitalize()}: {action.label}" in titles
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        assert all(action.help in pilot.app.screen._text for action in ACTIONS)  # type: ignore[attr-defined]


async def test_two_hundred_fast_keys_lose_none(tmp_path: Path) -> None:
    async with form(tmp_path) as pilot:
        await screen(pilot).form.go_to("name")
        await pilot.press(*("ab" * 49))
        await pilot.press(*(["tab", "down", "up", "shift+tab"] * 25))
        await pilot.pause()
        assert row(pilot, "name").text == "ab" * 49
        assert pilot.app.screen.query(Form)
