"""What every executor must do with good genomes."""

from __future__ import annotations

import pytest

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import CheckRequest, Executor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import CurvePoint
from ge_tui.evaluation.task import find_task

from .conftest import INPUTS, MAX_PARAMS, PLAN, check, train
from .genomes import CONTRACT, GOOD, LAZY, LAZY_PARAMS, PARAMS, genome

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_seed_is_checked(executor: Executor) -> None:
    task = find_task("ExquisiteNetV2")
    report = await executor.check(CheckRequest(task.seed_source, task.contract, INPUTS, PLAN, MAX_PARAMS, 60))
    assert (report.outcome, report.reason, report.params) == (Outcome.OK, "", 518_230)
    assert report.flops is not None
    assert report.flops > 1_000_000
    assert report.fingerprint is not None
    assert len(report.fingerprint) == 64
    assert report.shapes[-1].path == "ExquisiteNetV2"
    assert report.shapes[-1].shape == (4, 10)
    assert sum(row.params for row in report.shapes) == 518_230


async def test_a_training_answers_with_metrics_and_a_growing_curve(executor: Executor, data: DataSet) -> None:
    points: list[CurvePoint] = []
    report = await train(executor, GOOD, data, points=points)
    assert (report.outcome, report.reason) == (Outcome.OK, "")
    assert set(report.metrics) == {"accuracy", "loss", "params", "flops", "train_s", "images_per_s", "peak_mb"}
    assert report.metrics["params"] == PARAMS
    assert 0 <= report.metrics["accuracy"] <= 1
    assert report.metrics["train_s"] > 0
    assert report.metrics["peak_mb"] == report.peak_mb > 50
    assert report.wall_s >= report.metrics["train_s"]
    assert report.cpu_s > 0
    assert report.curve == tuple(points)
    assert [point.step for point in points] == list(range(1, 13))
    assert [point.step for point in points if point.accuracy is not None] == [8, 12], "epoch's end and the last step"
    assert points[7].epoch == 1
    assert (report.metrics["accuracy"], report.metrics["loss"]) == (points[-1].accuracy, points[-1].loss)


async def test_one_seed_gives_the_same_bits_and_another_does_not(executor: Executor, data: DataSet) -> None:
    first, again, other = [await train(executor, GOOD, data, seed=seed) for seed in (3, 3, 4)]
    timed = ("train_s", "images_per_s", "peak_mb")
    assert first.curve == again.curve
    assert {k: v for k, v in first.metrics.items() if k not in timed} == {
        k: v for k, v in again.metrics.items() if k not in timed
    }
    assert first.metrics["loss"] != other.metrics["loss"]


async def test_equal_networks_have_equal_fingerprints(executor: Executor) -> None:
    renamed = GOOD.replace("self.conv", "self.first").replace("calls", "count") + "\n# a comment\nunused = 3\n"
    wider = genome(build="self.conv = nn.Conv2d(channels, 8, 5)")
    same, other_text, other = [(await check(executor, source)).fingerprint for source in (GOOD, renamed, wider)]
    assert same == other_text
    assert same != other


async def test_lazy_modules_are_sized_and_counted(executor: Executor, data: DataSet) -> None:
    checked = await check(executor, LAZY)
    assert (checked.outcome, checked.params) == (Outcome.OK, LAZY_PARAMS), checked.reason
    trained = await train(executor, LAZY, data)
    assert (trained.outcome, trained.metrics["params"]) == (Outcome.OK, LAZY_PARAMS), trained.reason


async def test_what_a_genome_prints_is_kept(executor: Executor, data: DataSet) -> None:
    report = await train(executor, genome(top="print('hello'); print('world', file=sys.stderr)"), data)
    assert report.outcome is Outcome.OK
    assert "hello\n" in report.output
    assert "world\n" in report.output


async def test_too_many_parameters_for_the_task(executor: Executor, data: DataSet) -> None:
    request = CheckRequest(GOOD, CONTRACT, INPUTS, PLAN, PARAMS - 1, 60)
    report = await executor.check(request)
    assert (report.outcome, report.params) == (Outcome.BUILD, None)
    assert f"Net has {PARAMS} parameters; the task's limit is {PARAMS - 1}" in report.reason
    trained = await executor.train(TrainRequest(GOOD, CONTRACT, data, PLAN, 0, PARAMS - 1, 60), lambda _: None)
    assert trained.outcome is Outcome.BUILD
