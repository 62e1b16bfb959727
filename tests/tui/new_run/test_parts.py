"""Models, cost, files and children of the form, each without a screen."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.errors import NotReadyError, UserError
from ge_tui.evaluation.task import find_task
from ge_tui.llm.ollama import LoadedModel, ModelInfo
from ge_tui.run.directory import RunDirectory, all_runs, create_run_directory, delete_run
from ge_tui.run.language_models import models_named
from ge_tui.settings import read_settings
from ge_tui.tui.new_run import models, starting
from ge_tui.tui.new_run.cost import amount, disk_line, prompt_lines, seconds, time_words, trainings_line
from ge_tui.tui.new_run.lists import data_picks, model_picks, task_picks
from ge_tui.tui.new_run.look import look, offer
from ge_tui.tui.new_run.models import OFFLINE, Shelf
from ge_tui.tui.new_run.preparing import make_ready
from ge_tui.tui.new_run.preview import line_parts
from ge_tui.tui.new_run.probe import Measured, question_of, read_report
from ge_tui.tui.processes.ours import our_process
from tests.tui.rig import environment


def info(name: str, context: int = 32768, *can: str) -> ModelInfo:
    return ModelInfo(name, "sha256:0", 4_700_000_000, "qwen2", "7.6B", "Q4_K_M", context, frozenset(can), 1000)


SHELF = Shelf("http://box:1", (info("coder:7b", 32768, "completion"), info("other:1b", 4096, "completion")), {})


# -- models --------------------------------------------------------------------------------------------


def test_models_are_taken_in_weighed_and_taken_out() -> None:
    llm = models.toggled(OFFLINE, "coder:7b")
    assert llm == "ollama:coder:7b"
    llm = models.toggled(llm, "other:1b")
    assert llm == "ollama:coder:7b,other:1b"
    llm = models.weighed(llm, "coder:7b", 1)
    assert llm == "ollama:coder:7b=2,other:1b=1"
    assert models.weighed(llm, "other:1b", -1) == "ollama:coder:7b=2,other:1b=0.5"
    assert models.toggled(models.toggled(llm, "coder:7b"), "other:1b") == OFFLINE


@given(st.lists(st.tuples(st.sampled_from(["coder:7b", "other:1b", "x"]), st.integers(-1, 1)), max_size=12))
def test_every_way_through_the_list_is_a_setting_that_can_be_read(steps: list[tuple[str, int]]) -> None:
    llm = OFFLINE
    for name, direction in steps:
        llm = models.weighed(llm, name, direction) if direction else models.toggled(llm, name)
        assert llm == OFFLINE or models_named(llm)


def test_a_model_that_is_not_there_and_a_server_that_is_away_are_said() -> None:
    assert models.problem_of("ollama:coder:7b", SHELF) == ""
    assert "gone:1b is not installed at http://box:1" in models.problem_of("ollama:coder:7b,gone:1b", SHELF)
    assert models.problem_of("ollama:coder:7b", Shelf(problem="nobody answers")) == "nobody answers"
    assert models.problem_of(OFFLINE, Shelf(problem="nobody answers")) == ""
    assert models.problem_of("ollama:gone", Shelf(looking=True)) == ""


def test_the_list_says_size_context_and_what_is_loaded() -> None:
    shelf = Shelf("u", SHELF.models, {"coder:7b": LoadedModel("coder:7b", "", 100, 50, 4096)})
    offline, coder, other = model_picks(shelf, "ollama:coder:7b=2,other:1b=0.5")
    assert not offline.chosen
    assert (coder.chosen, coder.mark, other.mark) == (True, "x2", "x0.5")
    assert coder.facts[:3] == ("4.7 GB", "32k context", "loaded, partly in main memory")
    embedding = Shelf("u", (info("embed", 2048, "embedding"), *SHELF.models))
    assert model_picks(embedding, OFFLINE)[-1].name == "embed"
    assert "cannot write text" in model_picks(embedding, OFFLINE)[-1].facts


# -- task and data -------------------------------------------------------------------------------------


def test_a_broken_task_is_listed_with_its_reason(tmp_path: Path) -> None:
    with environment(tmp_path):
        broken = tmp_path / "config" / "ge-tui" / "tasks" / "mine"
        broken.mkdir(parents=True)
        (broken / "task.toml").write_text("description = 3\n")
        picks = {pick.name: pick for pick in task_picks(offer(), "ExquisiteNetV2")}
    assert picks["mine"].dim
    assert picks["mine"].facts[0].startswith("broken: ")
    assert picks["ExquisiteNetV2"].chosen


def test_data_is_ready_to_be_fetched_or_on_its_way(tmp_path: Path) -> None:
    with environment(tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache")):
        found = offer()
    picks = {pick.name: pick for pick in data_picks(found, "auto", "digits")}
    assert picks["digits"].chosen
    assert picks["digits"].facts[0] == "ready"
    assert picks["cifar10"].facts[0] == "170 MB to fetch"
    assert picks["folder:"].words == "folder:PATH"
    fetched = {pick.name: pick for pick in data_picks(found, "cifar10", "cifar10", "cifar10", "fetching: 3 MB")}
    assert fetched["cifar10"].facts[0] == "fetching: 3 MB, enter stops it"
    assert data_picks(found, "folder:/x", "folder:/x")[-1].chosen


def test_a_look_finds_what_the_schema_cannot_know(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    wrong = ["data=folder:/no/such", "llm=ollama:", "objectives=beauty", "recipe=secret", "operator.width=1"]
    weights = [f"persona.{name}=0" for name in ("expert", "mad_scientist", "magoo", "engineer")]
    found = look(read_settings((), [*wrong, *weights]), tmp_path, "taken")
    assert set(found.problems) == {
        "data", "llm", "search.objectives", "evaluation.recipe", "controls.persona.expert", "name",
    }  # fmt: skip
    good = look(read_settings((), ["data=fake"]), tmp_path, "")
    assert (good.problems, good.name, good.data) == ({}, "ExquisiteNetV2-fake-1", "fake")
    assert good.steps == 120
    assert look(read_settings((), ["task=nothing"]), tmp_path, "").problems.keys() == {"task"}


# -- cost ----------------------------------------------------------------------------------------------


@given(st.integers(1, 20), st.integers(0, 30), st.integers(0, 12), st.integers(0, 200), st.integers(1, 8))
def test_rounds_are_what_going_through_the_generations_takes(
    population: int, first: int, generations: int, budget: int, slots: int
) -> None:
    settings = read_settings((), [f"population={population}", f"initial_population={first}",
                                  f"generations={generations}", f"budget.evaluations={budget}"])  # fmt: skip
    left = budget - 1 if budget else 10**9
    rounds, trainings = 1, 1
    for children in [first or population, *[population] * generations]:
        done = min(children, max(0, left))
        left -= done
        trainings += done
        rounds += -(-done // slots)
    found = amount(settings, slots)
    assert (found.trainings, found.rounds) == (trainings, rounds)


def test_time_follows_from_a_measurement_and_ends_with_the_budget() -> None:
    settings = read_settings((), ["population=4", "generations=2"])
    measured = Measured(80, 8.0, "cpu", 2)
    assert seconds(settings, 400, measured) == 7 * 40
    assert time_words(settings, 400, measured) == "about 5 min: 40 s a training, 2 at once on the cpu"
    assert seconds(read_settings((), ["generations=9999", "budget.hours=1"]), 400, measured) == 3600
    assert "at most 13, 400 steps each (short)" in trainings_line(settings, 400).words


def test_the_longest_prompt_is_held_against_the_window() -> None:
    task = find_task("ExquisiteNetV2")
    (line,) = prompt_lines(read_settings((), ["llm=ollama:coder:7b"]), task, SHELF)
    assert line.words.endswith(": fits")
    assert "(of 32,768)" in line.words
    both = prompt_lines(read_settings((), ["llm=ollama:coder:7b,other:1b"]), task, SHELF)
    assert [(line.name, line.grave) for line in both] == [("coder:7b", False), ("other:1b", True)]
    (short,) = prompt_lines(read_settings((), ["llm=ollama:coder:7b", "ollama.num_ctx=8192"]), task, SHELF)
    assert "shortened" in short.words
    (none,) = prompt_lines(read_settings(()), task, SHELF)
    assert none.words.startswith("none")


def test_a_disk_that_is_too_small_is_grave() -> None:
    settings = read_settings((), ["population=1000", "generations=1000"])
    assert disk_line(settings, 10**9).grave
    assert not disk_line(settings, 10**12).grave


@given(st.integers(20, 200), st.booleans())
def test_the_preview_keeps_to_its_width(width: int, brief: bool) -> None:
    for line in (*prompt_lines(read_settings(()), None, SHELF), trainings_line(read_settings(()), 400)):
        text = "".join(part for part, _ in line_parts(line, width, brief=brief))
        assert all(len(row) <= width for row in text.splitlines())


# -- probe and processes -------------------------------------------------------------------------------


def test_a_report_is_read_or_refused_in_words() -> None:
    curve = [{"step": 8}, {"step": 80}]
    report = {"outcome": "ok", "curve": curve, "wall_s": 4.0, "device": "cuda", "slots": 2}
    assert read_report(report) == Measured(80, 4.0, "cuda", 2)
    assert read_report({**report, "outcome": "timeout", "wall_s": 60.0}).per_step == 0.75
    for bad in ({"outcome": "timeout", "wall_s": 60.0}, {"outcome": "crashed", "reason": "no luck", "wall_s": 1}):
        with pytest.raises(NotReadyError, match=r"more than 60 s|crashed\): no luck"):
            read_report(bad)


def test_a_measurement_holds_for_what_was_measured() -> None:
    task = find_task("ExquisiteNetV2")

    def asked(*assignments: str) -> object:
        return question_of(read_settings((), assignments), task, "digits")

    assert asked("population=3", "rung=full") == asked()
    assert asked("recipe=fast") == asked()
    assert asked("recipe=paper") != asked()
    assert asked("evaluation.threads=2") != asked()


async def test_data_is_made_ready_in_a_process_of_its_own(tmp_path: Path) -> None:
    with environment(tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache")):
        assert await asyncio.to_thread(starting.needs_making, "fake:8")
        await make_ready("fake:8", lambda _done, _total: None)
        assert not await asyncio.to_thread(starting.needs_making, "fake:8")
        with pytest.raises(NotReadyError, match="/no/such"):
            await make_ready("folder:/no/such", lambda _done, _total: None)


async def test_a_process_that_is_left_is_gone() -> None:
    async def hold() -> None:
        async with our_process("http.server", "0", "--bind", "127.0.0.1") as process:
            holder.append(process)
            await process.wait()

    holder: list[asyncio.subprocess.Process] = []
    task = asyncio.create_task(hold())
    while not holder:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert holder[0].returncode is not None


# -- files ---------------------------------------------------------------------------------------------


def test_settings_are_put_aside_under_a_name_of_their_own(tmp_path: Path) -> None:
    with environment(tmp_path):
        first = starting.preset_file("seed = 1\n", "digits / x")
        starting.put_aside("seed = 1\n", first)
        assert starting.preset_file("seed = 1\n", "digits / x") == first
        second = starting.preset_file("seed = 2\n", "digits / x")
        assert second != first
        assert starting.read_preset(first).seed == 1
        assert starting.presets() == [first]


def test_the_command_can_be_pasted_into_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    words = shlex.split(starting.command(tmp_path / "a b.toml", tmp_path / "my runs", "x"))
    assert words == ["ge-tui", "run", "--config", "~/a b.toml", "--name", "x", "--runs", "~/my runs"]
    assert starting.command(tmp_path / "a.toml", starting.default_runs()) == "ge-tui run --config ~/a.toml"


def test_a_run_holds_the_settings_it_was_begun_with(tmp_path: Path) -> None:
    with environment(tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache")):
        settings = read_settings((), ["data=fake:8", "population=3"])
        directory = starting.begin(settings, read_settings(()), tmp_path / "runs", "mine")
        assert starting.read_preset(directory.path / starting.FILE) == settings
        with pytest.raises(UserError, match="already"):
            starting.begin(settings, settings, tmp_path / "runs", "mine")


def test_a_run_is_deleted_whole_unless_an_engine_has_it(tmp_path: Path) -> None:
    directory = create_run_directory(tmp_path, "one")
    directory.database.write_bytes(b"")
    with directory.locked(), pytest.raises(UserError, match="open in another process"):
        delete_run(RunDirectory(directory.path))
    assert [run.name for run in all_runs(tmp_path)] == ["one"]
    delete_run(directory)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UserError, match="gone"):
        delete_run(directory)
