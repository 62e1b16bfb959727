"""What the trainer does with a genome, seen through an executor."""

from __future__ import annotations

import json

import pytest

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import LocalExecutor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.task import find_task

from .conftest import MAX_PARAMS, PLAN, train
from .genomes import CONTRACT, GOOD, genome

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SPY = """
class Spy(torch.optim.SGD):
    def step(self, closure=None):
        print([group['lr'] for group in self.param_groups], flush=True)
        return super().step()
"""


async def test_the_genomes_own_optimiser_is_used(local: LocalExecutor, data: DataSet) -> None:
    still = await train(local, genome(optimizer="return torch.optim.SGD(model.parameters(), lr=lr * 0)"), data)
    assert still.outcome is Outcome.OK
    losses = {point.loss for point in still.curve if point.loss is not None}
    assert len(losses) == 1, "nothing was learnt"
    moved = await train(local, GOOD, data)
    assert len({point.loss for point in moved.curve if point.loss is not None}) == 2
    adam = await train(local, genome(optimizer="return torch.optim.Adam(model.parameters(), lr=0.01)"), data)
    assert adam.outcome is Outcome.OK
    assert adam.metrics["loss"] not in losses | {moved.metrics["loss"]}


async def test_parameter_groups_keep_the_ratio_of_their_rates(local: LocalExecutor, data: DataSet) -> None:
    groups = (
        "return Spy([{'params': model.conv.parameters(), 'lr': lr}, {'params': model.head.parameters(),"
        " 'lr': lr / 10}], lr=lr)"
    )
    report = await train(local, genome(top=_SPY, optimizer=groups), data)
    assert report.outcome is Outcome.OK, report.reason
    rates = [json.loads(line) for line in report.output.splitlines()]
    assert len(rates) == PLAN.steps
    assert rates[0] == pytest.approx([PLAN.lr / 1000, PLAN.lr / 10_000])
    assert rates[2] == pytest.approx([PLAN.lr, PLAN.lr / 10])
    assert rates[-1] == pytest.approx([PLAN.lr / 10, PLAN.lr / 100])
    assert all(first == pytest.approx(10 * second) for first, second in rates)


@pytest.mark.parametrize("steps", [1, 3, 8, 17])
async def test_budgets_are_in_steps(local: LocalExecutor, data: DataSet, steps: int) -> None:
    plan = PLAN.model_copy(update={"steps": steps})
    report = await train(local, genome(top=_SPY, optimizer="return Spy(model.parameters(), lr=lr)"), data, plan)
    assert report.outcome is Outcome.OK, report.reason
    assert len(report.output.splitlines()) == steps
    assert report.curve[-1].step == steps
    assert report.curve[-1].accuracy is not None
    assert report.curve[-1].epoch == steps / 8


async def test_validations_in_a_short_training(local: LocalExecutor, data: DataSet) -> None:
    plan = PLAN.model_copy(update={"steps": 6, "validations": 3})
    report = await train(local, GOOD, data, plan)
    assert [point.step for point in report.curve if point.accuracy is not None] == [2, 4, 6]


async def test_the_best_validated_point_counts_where_the_plan_says_so(local: LocalExecutor, data: DataSet) -> None:
    """An optimiser that turns round after the first epoch."""
    worse = genome(
        top="class Lost(torch.optim.SGD):\n    steps = 0\n    def step(self, closure=None):\n        self.steps += 1\n"
        "        if self.steps > 8:\n            self.param_groups[0]['lr'] *= -1\n        return super().step()",
        optimizer="return Lost(model.parameters(), lr=lr)",
    )
    plan = PLAN.model_copy(update={"steps": 24, "lr": 0.05})
    last = await train(local, worse, data, plan)
    best = await train(local, worse, data, plan.model_copy(update={"keep": "best"}))
    assert last.curve == best.curve
    validated = [point for point in best.curve if point.accuracy is not None]
    top = max(validated, key=lambda point: (point.accuracy, -(point.loss or 0)))
    assert (best.metrics["accuracy"], best.metrics["loss"]) == (top.accuracy, top.loss)
    assert last.metrics["accuracy"] == validated[-1].accuracy
    assert len(validated) == 3


async def test_metrics_that_cost_extra_come_on_request(local: LocalExecutor, data: DataSet) -> None:
    report = await train(local, GOOD, data, wants=("latency_ms", "overfit_gap"))
    assert report.outcome is Outcome.OK
    assert 0 < report.metrics["latency_ms"] < 1000
    assert -1 <= report.metrics["overfit_gap"] <= 1
    assert "train_accuracy" not in report.metrics


async def test_the_published_recipe_at_224_pixels(local: LocalExecutor, data: DataSet) -> None:
    plan = find_task("ExquisiteNetV2").plan("fake", "paper", "look").model_copy(update={"batch_size": 4, "steps": 3})
    see = genome(forward="print(tuple(x.shape), float(x.min()) >= 0, float(x.max()) <= 1)")
    report = await train(local, see, data, plan)
    assert report.outcome is Outcome.OK, report.reason
    lines = report.output.splitlines()
    assert lines[:3] == ["(4, 3, 224, 224) True True"] * 3, "in [0, 1], not normalised"
    assert report.curve[-1].step == 3
    assert report.curve[-1].accuracy is not None


async def test_the_plateau_schedule_ends_a_training_early(local: LocalExecutor, data: DataSet) -> None:
    plan = PLAN.model_copy(update={"schedule": "plateau", "steps": 1000, "warmup_steps": 0})
    hopeless = plan.model_copy(update={"plateau": {"factor": 0.5, "patience": 0, "stop_lr": PLAN.lr * 0.3}})
    hopeless = type(plan).model_validate(hopeless.model_dump(warnings=False))
    report = await train(local, genome(optimizer="return torch.optim.SGD(model.parameters(), lr=0.0)"), data, hopeless)
    assert report.outcome is Outcome.OK, report.reason
    assert report.curve[-1].step <= 10 * 8
    assert report.curve[-1].step % 8 == 0
    assert report.curve[-1].accuracy is not None


async def test_a_batch_larger_than_the_data_is_the_whole_of_it(local: LocalExecutor, data: DataSet) -> None:
    plan = PLAN.model_copy(update={"batch_size": 100_000, "steps": 2})
    request = TrainRequest(GOOD, CONTRACT, data, plan, 0, MAX_PARAMS, 60)
    report = await local.train(request, lambda _point: None)
    assert [point.epoch for point in report.curve] == [1, 2]
