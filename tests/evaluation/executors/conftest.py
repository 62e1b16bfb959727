"""Executors, small data and small plans, shared by the tests of a module."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.data import DataSet, prepare
from ge_tui.evaluation.executors import CheckRequest, Executor, LocalExecutor, LocalSettings, TrainRequest
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport

from .genomes import CONTRACT

INPUTS = Inputs(classes=10, channels=3, image_size=16)
PLAN = TrainingPlan(
    recipe="fast", rung="look", steps=12, batch_size=64, lr=0.1, weight_decay=5e-4, warmup_steps=2, schedule="linear"
)
"""One epoch of `fake` is 8 steps."""
MAX_PARAMS = 1_000_000_000
MEMORY_MB = 512


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataSet]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield prepare("fake")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the scratch folders of this module's workers are, and nothing else."""
    folder = tmp_path_factory.mktemp("scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[pytest.param(False, id="warm"), pytest.param(True, id="fresh", marks=pytest.mark.slow)],
)
async def executor(request: pytest.FixtureRequest, scratch: Path) -> AsyncIterator[Executor]:
    """Every executor there is."""
    made = LocalExecutor(settings(fresh=request.param))
    yield made
    await made.close()
    assert processes_in(scratch) == []
    assert list(scratch.iterdir()) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local(scratch: Path) -> AsyncIterator[LocalExecutor]:
    """The warm local executor."""
    made = LocalExecutor(settings())
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unboxed(scratch: Path) -> AsyncIterator[LocalExecutor]:
    """As a system without any layer would run genomes for a user who trusts them."""
    made = LocalExecutor(replace(settings(), without=tuple(Layer), trust=True))
    yield made
    await made.close()


def settings(*, fresh: bool = False, slots: int = 1, memory_mb: int = MEMORY_MB) -> LocalSettings:
    return LocalSettings(device="cpu", slots=slots, memory_mb=memory_mb, max_output=1 << 20, fresh=fresh, look=False)


async def check(executor: Executor, source: str, timeout_s: float = 60.0) -> CheckReport:
    return await executor.check(CheckRequest(source, CONTRACT, INPUTS, PLAN, MAX_PARAMS, timeout_s))


async def train(
    executor: Executor,
    source: str,
    data: DataSet,
    plan: TrainingPlan = PLAN,
    *,
    seed: int = 0,
    timeout_s: float = 60.0,
    wants: tuple[str, ...] = (),
    points: list[CurvePoint] | None = None,
) -> TrainReport:
    request = TrainRequest(source, CONTRACT, data, plan, seed, MAX_PARAMS, timeout_s, wants)
    return await executor.train(request, points.append if points is not None else lambda _point: None)


def processes_in(scratch: Path) -> list[psutil.Process]:
    """The processes, of whatever ancestry, that were started by workers with their scratch under a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR", "").startswith(str(scratch)):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def strays_in(scratch: Path) -> list[psutil.Process]:
    """As processes_in, without the fork servers that wait for work."""
    return [process for process in processes_in(scratch) if process.ppid() != os.getpid()]
