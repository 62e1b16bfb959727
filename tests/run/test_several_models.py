"""Runs that ask several models: drawn by weights that are controls, each with its own window and options."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.errors import NotReadyError, UsageError
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.language_models import models_named
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, RunReader, Status
from ge_tui.run.store.calls import calls_of
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import THINKER, Model, Rule, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

BOTH = "ollama:coder:7b=3,thinker:8b=1"


@pytest.fixture(autouse=True)
def executor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AnyExecutor:
    made = AnyExecutor()
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: made)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return made


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    models = [Model("coder:7b", context_length=12_288), THINKER, Model("third:latest")]
    async with FakeOllama(Script(models=models, rules=[Rule(coder.answer)])) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


def new_run(base: Path, *assignments: str, llm: str = BOTH, name: str = "run") -> RunDirectory:
    settings = ["data=fake", "population=10", "generations=3", "seed=5", f"llm={llm}", *assignments]
    return create_run(prepare_run(read_settings((), settings), base), base, name)


async def test_each_is_asked_by_its_weight_with_options_of_its_own(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.think=on")
    assert (await work(directory)).status == "finished"
    asked = server.asked()
    counts = Counter(call["model"] for call in asked)
    assert counts.keys() == {"coder:7b", "thinker:8b"}
    assert 1.5 < counts["coder:7b"] / counts["thinker:8b"] < 7
    by_model = {call["model"]: call for call in asked}
    windows = {name: {c["options"]["num_ctx"] for c in asked if c["model"] == name} for name in by_model}
    assert all(len(sizes) == 1 for sizes in windows.values())
    assert windows["coder:7b"] == {12_288}
    assert windows["thinker:8b"] != windows["coder:7b"]
    assert {name: call.get("think") for name, call in by_model.items()} == {"coder:7b": None, "thinker:8b": True}
    assert server.memory.loads == 2
    with RunReader(directory.database) as reader:
        assert reader.run().environment["models"] == ["coder:7b", "thinker:8b"]
        for row in reader.individuals("number > 0"):
            answered = [kept.call.model for kept in calls_of(reader.connection, row.number)]
            if row.status is Status.EVALUATED:
                assert row.arguments["model"] in answered


async def test_weights_of_the_launch_are_controls_and_can_be_steered(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path)
    with RunReader(directory.database) as reader:
        launched = {row.key: row.new for row in reader.controls() if row.key.startswith("model.")}
    assert launched == {"model.coder:7b": 3.0, "model.thinker:8b": 1.0}
    asked_before = 0

    def steer(event: EventRow) -> None:
        nonlocal asked_before
        if event.kind == "generation_closed" and event.payload["generation"] == 1:
            inbox.send(directory.inbox, "model.coder:7b", 0)
            asked_before = len(server.asked())

    await work(directory, on_event=steer)
    assert {call["model"] for call in server.asked()[:asked_before]} == {"coder:7b", "thinker:8b"}
    assert {call["model"] for call in server.asked()[asked_before:]} == {"thinker:8b"}


async def test_a_control_given_at_launch_wins_over_the_weight_in_llm(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "model.coder:7b=0", "generations=1")
    await work(directory)
    assert {call["model"] for call in server.asked()} == {"thinker:8b"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("model.thinker:8b=0", "every model has weight 0"),
        ("model.stranger:1b=2", "no model 'stranger:1b'; this run asks: coder:7b, thinker:8b"),
    ],
)
async def test_weights_that_leave_no_model_are_refused(
    server: FakeOllama, tmp_path: Path, change: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command, and by the engine where a request comes from elsewhere."""
    directory = new_run(tmp_path, "model.coder:7b=0", "generations=1", "population=3")
    assert main(["steer", "run", change, "--runs", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err
    key, _, value = change.partition("=")
    inbox.send(directory.inbox, key, float(value))
    assert (await work(directory)).status == "finished"
    with RunReader(directory.database) as reader:
        (refused,) = [event.payload for event in reader.events() if event.kind == "control_refused"]
    assert message in refused["reason"]


async def test_a_run_of_several_models_is_replayed(server: FakeOllama, tmp_path: Path) -> None:
    original, again = (
        new_run(tmp_path),
        new_run(tmp_path, "model.coder:7b=3", "model.thinker:8b=1", llm="replay:run", name="again"),
    )
    await work(original)
    asked = len(server.asked())
    await work(again)
    assert len(server.asked()) == asked

    def made(directory: RunDirectory) -> list[object]:
        with RunReader(directory.database) as reader:
            return [
                (r.number, r.status, r.arguments.get("model"), reader.source(r.number)) for r in reader.individuals()
            ]

    assert made(again) == made(original)


async def test_a_name_without_a_tag_is_the_same_model_everywhere(server: FakeOllama, tmp_path: Path) -> None:
    directory = new_run(tmp_path, llm="ollama:third, coder:7b", name="run")
    assert main(["steer", "run", "model.third=0", "--runs", str(tmp_path)]) == 0
    await work(directory)
    assert {call["model"] for call in server.asked()} == {"coder:7b"}


async def test_every_model_must_be_installed(server: FakeOllama, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"nothing:1b is not installed.*ge-tui models pull nothing:1b"):
        await work(new_run(tmp_path, llm="ollama:coder:7b,nothing:1b"))


@pytest.mark.parametrize(
    ("llm", "weights"),
    [
        ("ollama:a", {"a": 1.0}),
        ("ollama:a=2,b=1", {"a": 2.0, "b": 1.0}),
        ("ollama: qwen2.5:7b = 0.5 , hf.co/x/y-GGUF:Q4_K_M", {"qwen2.5:7b": 0.5, "hf.co/x/y-GGUF:Q4_K_M": 1}),
        ("offline", {}),
        ("replay:run", {}),
    ],
)  # fmt: skip
def test_models_and_weights_are_read(llm: str, weights: dict[str, float]) -> None:
    assert models_named(llm) == weights


@pytest.mark.parametrize(
    ("llm", "message"),
    [
        ("ollama:", "name the model"),
        ("ollama:a,,b", "name the model"),
        ("ollama:=2", "name the model"),
        ("ollama:a,a:latest", "a:latest is named twice"),
        ("ollama:a=x", "weight of a is a number from 0 to 1000, not 'x'"),
        ("ollama:a=-1", "not '-1'"),
        ("ollama:a=inf", "not 'inf'"),
        ("ollama:a=nan", "not 'nan'"),
        ("ollama:a=0,b=0", "every model has weight 0"),
    ],
)
def test_what_names_no_models_is_refused(llm: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        models_named(llm)
