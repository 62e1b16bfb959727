"""Whole runs that share a GPU: what is loaded while networks are trained."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ge_tui.cli import main
from ge_tui.evaluation.executors import CheckRequest, TrainRequest
from ge_tui.evaluation.executors.local import Machine
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.llm.ollama import FailureKind, LlmFailure
from ge_tui.run import inbox
from ge_tui.run.directory import RunDirectory
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.residency import Card
from ge_tui.run.session import work
from ge_tui.run.store import EventRow, IndividualRow, RunReader, Status
from ge_tui.settings import read_settings
from tests.llm import coder
from tests.llm.ollama.script import Model, Rule, Script
from tests.llm.ollama.server import FakeOllama
from tests.run.fakes import AnyExecutor

DONE = {Status.EVALUATED, Status.FAILED, Status.DUPLICATE, Status.REJECTED}


class SharedGpu(AnyExecutor):
    """Trains on the GPU that the server uses; sees at every step which models are loaded."""

    def __init__(self, server: FakeOllama) -> None:
        super().__init__()
        self._server = server
        self.seen: list[list[str]] = []
        self.training = 0

    async def start(self) -> Machine:
        return Machine("cuda", self.slots, "no torch")

    async def check(self, request: CheckRequest) -> CheckReport:
        if "mistake" in request.source:
            return CheckReport(Outcome.BUILD, "building ExquisiteNetV2: ValueError: a mistake of the model (line 99)")
        return await super().check(request)

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        self.training += 1
        try:
            for _ in range(5):
                self.seen.append([one["name"] for one in self._server.memory.listed()])
                await asyncio.sleep(0.01)
            return await super().train(request, on_progress)
        finally:
            self.training -= 1

    async def cards(self, _device: str) -> tuple[Card, ...]:
        held = sum(one["size_vram"] for one in self._server.memory.listed()) >> 20
        return (Card("A GPU", 12_000, 11_500 - held),)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeOllama]:
    models = [Model("coder:7b"), Model("large:14b", size=9_000_000_000)]
    async with FakeOllama(Script(models=models, rules=[Rule(coder.answer)], unload_s=0.02)) as ollama:
        monkeypatch.setenv("OLLAMA_HOST", ollama.url)
        yield ollama


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: FakeOllama) -> SharedGpu:
    made = SharedGpu(server)
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: made)
    monkeypatch.setattr("ge_tui.run.residency.housing.read_cards", made.cards)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return made


def new_run(base: Path, *assignments: str, model: str = "coder:7b") -> RunDirectory:
    settings = ["data=fake", "population=6", "generations=2", "seed=5", f"llm=ollama:{model}", *assignments]
    return create_run(prepare_run(read_settings((), settings), base), base, "run")


def look(directory: RunDirectory) -> tuple[list[IndividualRow], list[EventRow]]:
    with RunReader(directory.database) as reader:
        return reader.individuals(), reader.events()


async def test_promoted_children_and_the_front_are_trained_without_the_model_too(
    server: FakeOllama, gpu: SharedGpu, tmp_path: Path
) -> None:
    more = "evaluation.first_rung=look", "evaluation.front_seeds=2", "llm_operator_mode=auto"
    directory = new_run(tmp_path, "ollama.residency=phased", *more)
    assert (await work(directory)).status == "finished"
    rows, _ = look(directory)
    assert all(loaded == [] for loaded in gpu.seen)
    assert {row.status for row in rows} <= DONE
    with RunReader(directory.database) as reader:
        evaluations = reader.evaluations()
    assert {row.rung for row in evaluations} == {"look", "short"}
    assert {row.seed for row in evaluations} == {5, 6}
    assert any(row.reason.startswith("not promoted from look") for row in rows)


async def test_phased_never_trains_beside_a_loaded_model(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=phased")
    assert (await work(directory)).status == "finished"
    rows, events = look(directory)
    assert gpu.seen
    assert all(loaded == [] for loaded in gpu.seen)
    assert {row.status for row in rows} <= DONE
    assert any(row.operator == "repair" and row.status is Status.EVALUATED for row in rows)
    kinds = [event.kind for event in events]
    assert kinds.count("llm_unloaded") == kinds.count("generation_closed") == 3
    assert server.memory.loads == 3


async def test_resident_trains_beside_the_model(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=resident")
    assert (await work(directory)).status == "finished"
    assert [loaded for loaded in gpu.seen if loaded == ["coder:7b"]]
    assert server.memory.loads == 1


async def test_on_the_cpu_every_call_says_so(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=cpu", "generations=1")
    await work(directory)
    assert {asked["options"]["num_gpu"] for asked in server.asked()} == {0}
    with RunReader(directory.database) as reader:
        assert reader.run().environment["residency"]["mode"] == "cpu"


@pytest.mark.parametrize(
    ("model", "mode", "words"),
    [("coder:7b", "resident", "A GPU has 11.2 GB free: enough for coder:7b"), ("large:14b", "phased", "not enough")],
)
async def test_auto_decides_by_what_is_free_and_says_why(
    server: FakeOllama,
    gpu: SharedGpu,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    model: str,
    mode: str,
    words: str,
) -> None:
    directory = new_run(tmp_path, "generations=1", "evaluation.memory_mb=1024", model=model)
    assert (await work(directory)).status == "finished"
    assert any(gpu.seen) is (mode == "resident")
    (told,) = [event.payload for event in look(directory)[1] if event.kind == "residency"]
    assert told["mode"] == mode
    assert words in told["reason"]
    await asyncio.to_thread(main, ["show", "run", "--runs", str(tmp_path)])
    assert f"language model {mode}: {told['reason']}" in capsys.readouterr().out
    await asyncio.to_thread(main, ["show", "run", "--runs", str(tmp_path), "--json"])
    assert json.loads(capsys.readouterr().out)["run"]["environment"]["residency"] == told


async def test_a_model_from_before_leaves_before_the_seed_is_trained(
    server: FakeOllama, gpu: SharedGpu, tmp_path: Path
) -> None:
    await server.memory.load(server.script.models[0], {"options": {"num_ctx": 4096}})
    directory = new_run(tmp_path, "ollama.residency=phased", "generations=0", "population=1")
    await work(directory)
    assert all(loaded == [] for loaded in gpu.seen)


async def test_an_unload_that_fails_does_not_end_the_run(
    server: FakeOllama, gpu: SharedGpu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> object:
        return LlmFailure(FailureKind.TIMEOUT, "'coder:7b' is still in memory")

    monkeypatch.setattr("ge_tui.llm.ollama.OllamaClient.unload", refuse)
    directory = new_run(tmp_path, "ollama.residency=phased", "generations=1")
    assert (await work(directory)).status == "finished"
    rows, events = look(directory)
    assert {row.status for row in rows} <= DONE
    assert {e.payload["reason"] for e in events if e.kind == "llm_unload_failed"} == {"'coder:7b' is still in memory"}


async def test_a_crash_in_either_phase_loses_nothing(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=phased")
    seen = 0

    def die(event: EventRow) -> None:
        nonlocal seen
        if event.kind in {"checked", "llm_unloaded", "evaluated", "answered"}:
            seen += 1
            if seen % 5 == 0:
                raise MemoryError(f"died at {event.kind}")

    deaths = 0
    while deaths < 60:
        try:
            ending = await work(directory, on_event=die)
            break
        except MemoryError:
            deaths += 1
    assert ending.status == "finished"
    assert deaths > 5
    rows, _ = look(directory)
    assert {row.status for row in rows} <= DONE
    assert all(loaded == [] for loaded in gpu.seen)
    assert gpu.training == 0


async def test_pausing_and_stopping_work_in_phases(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=phased", "generations=4")
    paused = asyncio.Event()

    def listen(event: EventRow) -> None:
        if event.kind == "llm_unloaded" and not paused.is_set():
            inbox.send(directory.inbox, "pause", True)
            paused.set()

    running = asyncio.create_task(work(directory, on_event=listen))
    await asyncio.wait_for(paused.wait(), 30)
    await asyncio.sleep(0.3)
    before = len(gpu.trained)
    await asyncio.sleep(0.5)
    assert len(gpu.trained) == before
    inbox.send(directory.inbox, "pause", False)
    inbox.send(directory.inbox, "stop", "generation")
    ending = await asyncio.wait_for(running, 60)
    assert (ending.status, ending.reason) == ("stopped", "stopped after generation 0, as asked")
    assert {row.status for row in look(directory)[0]} <= DONE


async def test_a_budget_is_not_outrun_by_proposals(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    """Trainings that are held back count, so that no more is asked of the model than can be trained."""
    directory = new_run(tmp_path, "ollama.residency=phased", "population=12", "budget.evaluations=5")
    ending = await work(directory)
    assert ending.reason == "the budget of 5 evaluations is used up"
    rows, _ = look(directory)
    assert sum(row.status is Status.EVALUATED for row in rows) == 5
    assert len(rows) < 12


async def test_of_several_models_all_are_unloaded(server: FakeOllama, gpu: SharedGpu, tmp_path: Path) -> None:
    directory = new_run(tmp_path, "ollama.residency=phased", model="coder:7b,large:14b")
    assert (await work(directory)).status == "finished"
    assert all(loaded == [] for loaded in gpu.seen)
    unloaded = [event.payload["models"] for event in look(directory)[1] if event.kind == "llm_unloaded"]
    assert ["coder:7b", "large:14b"] in unloaded


@pytest.mark.parametrize(("vram", "told"), [(3_000_000_000, True), (None, False), (0, False)])
async def test_a_model_that_is_only_partly_on_the_gpu_is_noticed(
    server: FakeOllama, gpu: SharedGpu, tmp_path: Path, vram: int | None, told: bool
) -> None:
    server.script.models = [Model("coder:7b", vram=vram)]
    server.script.load_s = 0.3
    directory = new_run(tmp_path, "generations=0")
    await work(directory)
    spilled = [event.payload for event in look(directory)[1] if event.kind == "llm_spilled"]
    assert spilled == ([{"model": "coder:7b", "gpu_mb": 2861, "mb": 4482}] if told else [])
