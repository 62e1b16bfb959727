"""Runs that ask language models which are none: in this process, several at once, and as careless as wanted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from ge_tui.evaluation.executors import CheckRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CheckReport
from ge_tui.evaluation.task import Task
from ge_tui.llm.llm_proposer import Sampling
from ge_tui.llm.ollama import Answer, Call, LlmFailure, LoadedModel, ModelInfo, OllamaClient, Options
from ge_tui.run.directory import RunDirectory
from ge_tui.run.language_models import LanguageModels
from ge_tui.run.new_run import create_run, prepare_run
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.settings import Settings, read_settings
from tests.llm import coder
from tests.run.fakes import AnyExecutor

GOOD, POOR = "qwen2.5-coder:7b", "small.model:0.5b"


class PickyExecutor(AnyExecutor):
    """Everything builds but the scripted model's mistakes."""

    async def check(self, request: CheckRequest) -> CheckReport:
        if "mistake" in request.source:
            return CheckReport(Outcome.BUILD, "building ExquisiteNetV2: ValueError: a mistake of the model (line 99)")
        return await super().check(request)


class Models:
    """Answers as the coder of these tests does; a model may be too poor to write code, at a rate of its own."""

    def __init__(
        self, refusing: Mapping[str, float] | None = None, answer: Callable[[dict[str, Any]], str] = coder.answer
    ) -> None:
        self.url = "http://127.0.0.1:11434"
        self.asked: list[Call] = []
        self._refusing = refusing or {}
        self._answer = answer

    async def generate(self, call: Call, on_words: Callable[[str, str], None]) -> Answer | LlmFailure:
        self.asked.append(call)
        await asyncio.sleep(0)
        text = "I would rather not."
        if random.Random(call.options.seed).random() >= self._refusing.get(call.model, 0.0):
            text = self._answer({"prompt": call.prompt, "options": {"seed": call.options.seed}})
        return Answer(text, "", "stop", True, 100, 41, 0.0, 3.0, 1.0, 20.0, call.model, "digest", "0.33.0")

    async def wait_until_back(self, on_wait: Callable[..., None]) -> None:
        raise AssertionError("nobody is away")

    async def running(self) -> list[LoadedModel]:
        return []

    async def close(self) -> None:
        return None


class Asking:
    """Makes runs of `names` answered by `models`."""

    def __init__(self, base: Path, names: Iterable[str] = (GOOD, POOR), models: Models | None = None) -> None:
        self.base = base
        self.names = tuple(names)
        self.models = models or Models()
        self.executor = PickyExecutor()

    def create(self, *assignments: str, name: str = "run", llm: str = "") -> RunDirectory:
        llm = llm or f"ollama:{','.join(self.names)}"
        settings = ["data=fake", "population=8", "generations=3", "seed=5", f"llm={llm}", *assignments]
        return create_run(prepare_run(read_settings((), settings), self.base), self.base, name)

    async def find_models(self, _settings: Settings, _task: Task) -> LanguageModels:
        """In place of the function of that name."""
        installed = {name: ModelInfo(name, "digest", 0, "", "", "", None, frozenset(), None) for name in self.names}
        options = Options(num_ctx=1 << 20, num_predict=1000, seed=0)
        samplings = {name: Sampling(name, options, None, "0", 1 << 30) for name in self.names}
        return LanguageModels(cast(OllamaClient, self.models), self.models, installed, samplings)


def use(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Let sessions work on fakes; offline runs stay offline."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(asking.base / "config"))
    monkeypatch.setattr("ge_tui.run.session.find_models", asking.find_models)
    monkeypatch.setattr("ge_tui.run.session.LocalExecutor", lambda _settings: asking.executor)
    return asking


def individuals(directory: RunDirectory) -> list[IndividualRow]:
    with RunReader(directory.database) as reader:
        return reader.individuals()


def family(directory: RunDirectory) -> list[tuple[Any, ...]]:
    """Everything about the individuals that a replay must bring again."""
    with RunReader(directory.database) as reader:
        return [
            (r.number, r.generation, r.slot, r.operator, r.persona, r.category, r.segment, r.temperature, r.parents,
             r.arguments, r.arm, r.status, r.duplicate_of, reader.source(r.number))
            for r in reader.individuals()
        ]  # fmt: skip
