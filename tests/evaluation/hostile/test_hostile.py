"""Every hostile genome is stopped with its typed outcome, leaves nothing behind, and harms no later one."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from executors.conftest import PLAN, processes_in, train
from executors.genomes import GOOD, PARAMS

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import LocalExecutor
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import TrainReport

from .breaks import BREAKS
from .conftest import Outside
from .corpus import Hostile
from .escapes import ESCAPES
from .exhaustion import EXHAUSTION
from .lies import HIDDEN, LIES, STEPS
from .measures import MEASURES
from .network import NETWORK
from .secrets import SECRETS
from .writes import WRITES

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAMILIES = {
    "secrets": SECRETS,
    "writes": WRITES,
    "network": NETWORK,
    "escapes": ESCAPES,
    "exhaustion": EXHAUSTION,
    "lies": LIES,
    "breaks": BREAKS,
}
CASES = [
    pytest.param(hostile, id=f"{family}: {name}")
    for family, members in FAMILIES.items()
    for name, hostile in members.items()
]
SHORT = PLAN.model_copy(update={"steps": STEPS, "warmup_steps": 0})
_usual: dict[int, dict[str, float]] = {}
_honest: dict[int, dict[str, float]] = {}


async def test_the_corpus_is_large_enough() -> None:
    assert len(CASES) + len(HIDDEN) + len(MEASURES) >= 60
    assert len({case.values[0].source for case in CASES}) == len(CASES)


@pytest.mark.parametrize("hostile", CASES)
async def test_a_hostile_genome(
    pool: LocalExecutor, outside: Outside, data: DataSet, scratch: Path, hostile: Hostile
) -> None:
    usual = await _usual_numbers(pool, data)
    before, folders, workers = outside.state(), sorted(scratch.iterdir()), sorted(processes_in(scratch), key=_pid)
    report, took = await _attack(pool, outside, data, hostile)

    assert "ESCAPED" not in report.output, report.output
    assert report.outcome in hostile.outcomes, f"{report.outcome}: {report.reason}\n{report.output}"
    assert bool(report.reason) == (report.outcome is not Outcome.OK)
    assert "Traceback" not in report.reason
    assert took < hostile.wall_s + 10
    if "late(" in hostile.source:
        await asyncio.sleep(1.2)
    assert outside.callers() == []
    assert outside.state() == before
    assert sorted(processes_in(scratch), key=_pid) == workers
    assert sorted(scratch.iterdir()) == folders
    assert all(list(folder.iterdir()) == [] for folder in folders)

    following = await _unjudged(pool, data)
    assert (following.outcome, following.reason) == (Outcome.OK, "")
    assert _comparable(following) == usual


@pytest.mark.parametrize("hostile", HIDDEN.values(), ids=HIDDEN)
async def test_hidden_parameters_are_counted(
    pool: LocalExecutor, outside: Outside, data: DataSet, hostile: Hostile
) -> None:
    report, _ = await _attack(pool, outside, data, hostile)
    assert report.outcome in hostile.outcomes, report.reason
    if report.outcome is Outcome.OK:
        assert report.metrics["params"] == PARAMS + 72


@pytest.mark.parametrize("hostile", MEASURES.values(), ids=MEASURES)
async def test_what_is_measured_is_honest_or_left_out(
    pool: LocalExecutor, outside: Outside, data: DataSet, hostile: Hostile
) -> None:
    honest = await _honest_numbers(pool, data)
    report, _ = await _attack(pool, outside, data, hostile, wants=("latency_ms", "overfit_gap"))
    assert report.outcome in hostile.outcomes, f"{report.outcome}: {report.reason}\n{report.output}"
    if report.outcome is Outcome.OK:
        assert report.metrics["params"] == PARAMS
        assert report.metrics.get("flops", honest["flops"]) >= honest["flops"] / 2
        assert report.metrics.get("latency_ms", honest["latency_ms"]) >= honest["latency_ms"] / 20
        assert report.metrics["accuracy"] < 0.5, "nobody learns that much in two steps"
        assert report.metrics["train_s"] > 0.001


def _pid(process: psutil.Process) -> int:
    return process.pid


async def _attack(
    pool: LocalExecutor, outside: Outside, data: DataSet, hostile: Hostile, wants: tuple[str, ...] = ()
) -> tuple[TrainReport, float]:
    source = hostile.source
    for word, place in outside.places.items():
        source = source.replace(word, place)
    looked_at_again = bool(wants) or hostile in (*LIES.values(), *HIDDEN.values())
    pool.settings = replace(pool.settings, cpu_s=hostile.cpu_s, verify=looked_at_again)
    started = time.monotonic()
    report = await train(pool, source, data, SHORT, timeout_s=hostile.wall_s, wants=wants)
    return report, time.monotonic() - started


async def _unjudged(pool: LocalExecutor, data: DataSet) -> TrainReport:
    """The good genome's training alone: what follows each attack."""
    pool.settings = replace(pool.settings, cpu_s=0.0, verify=False)
    return await train(pool, GOOD, data, SHORT, timeout_s=60)


async def _usual_numbers(pool: LocalExecutor, data: DataSet) -> dict[str, float]:
    """What the good genome gives in a pool that nobody has attacked."""
    if id(pool) not in _usual:
        _usual[id(pool)] = _comparable(await _unjudged(pool, data))
    return _usual[id(pool)]


async def _honest_numbers(pool: LocalExecutor, data: DataSet) -> dict[str, float]:
    """What the second look measures of the good genome."""
    if id(pool) not in _honest:
        pool.settings = replace(pool.settings, cpu_s=0.0, verify=True)
        report = await train(pool, GOOD, data, SHORT, timeout_s=60, wants=("latency_ms", "overfit_gap"))
        assert report.outcome is Outcome.OK, report.reason
        _honest[id(pool)] = report.metrics
    return _honest[id(pool)]


def _comparable(report: TrainReport) -> dict[str, float]:
    assert report.outcome is Outcome.OK, report.reason
    return {name: report.metrics[name] for name in ("accuracy", "loss", "params", "flops")}
