"""Runs with everything on, for a replay or a fork to come to again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ge_tui.evaluation.executors import TrainRequest
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.run.directory import RunDirectory
from ge_tui.run.replay import Replayed, replay
from ge_tui.run.session import work
from ge_tui.run.store import RunReader
from tests.llm import coder
from tests.run.asking import GOOD, POOR, Asking, Models, PickyExecutor, use
from tests.run.fakes import FastStore
from tests.run.test_rewording import rephrase

EVERYTHING = (
    "population=6", "generations=2", "ollama.lanes=3", "eot_probability=0.5", "rephrase_probability=1",
    "evaluation.first_rung=look", "evaluation.front_seeds=2", "persona_mode=auto", "baseline_share=0.25",
    "prune_median=true", "prune_after=0.2",
)  # fmt: skip


class UnevenExecutor(PickyExecutor):
    """Trainings end in any order; their curves say little, so that some are given up."""

    def __init__(self, seed: int) -> None:
        super().__init__(slots=3)
        self._uneven = random.Random(seed)

    async def _dawdle(self) -> None:
        for _ in range(self._uneven.randrange(12)):
            await asyncio.sleep(0)

    async def train(self, request: TrainRequest, on_progress: Callable[[CurvePoint], None]) -> TrainReport:
        rng = random.Random(request.source)
        for step in range(1, 5):
            await self._dawdle()
            at = request.plan.steps * step // 4
            on_progress(CurvePoint(at, at / 10, 1 / step, rng.random(), 2 - step / 4))
        return self.report(request.source)


class UnevenModels(Models):
    async def generate(self, call: Any, on_words: Any) -> Any:
        for _ in range(random.Random(call.options.seed).randrange(12)):
            await asyncio.sleep(0)
        return await super().generate(call, on_words)


def answer(request: dict[str, Any]) -> str:
    return rephrase(request) if "<request>" in request["prompt"] else coder.answer(request)


def asking(base: Path, monkeypatch: pytest.MonkeyPatch, seed: int = 1) -> Asking:
    monkeypatch.setattr("ge_tui.run.engine.going_on.LOOK_S", 0.002)
    made = use(Asking(base, (GOOD, POOR), UnevenModels({POOR: 0.4}, answer)), monkeypatch)
    made.executor = UnevenExecutor(seed)
    monkeypatch.setattr("ge_tui.run.opening.Store", Mortal)
    Mortal.left = 10**9
    return made


class DeadError(Exception):
    """The process is gone."""


class Mortal(FastStore):
    """Dies after so many commits, as by kill -9."""

    left = 10**9

    @contextmanager
    def step(self) -> Any:
        if Mortal.left <= 0:
            raise DeadError
        with super().step() as connection:
            yield connection
        Mortal.left -= 1


async def live(directory: RunDirectory, commits: int = 10**9, **options: Any) -> bool:
    """One session, which may end after so many commits; whether the run is finished."""
    Mortal.left = commits
    try:
        return (await work(directory, **options)).status == "finished"
    except DeadError:
        return False
    finally:
        Mortal.left = 10**9


async def replayed(directory: RunDirectory) -> Replayed:
    with RunReader(directory.database) as run:
        return await replay(run)


async def assert_agrees(directory: RunDirectory) -> Replayed:
    found = await replayed(directory)
    assert found.difference is None, "\n".join(found.difference.lines())
    return found
