"""Learning rate schedules. No torch here."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.evaluation.plan import Plateau, TrainingPlan
from ge_tui.evaluation.task import find_task
from ge_tui.evaluation.worker.schedule import Linear, ReduceOnPlateau, make_schedule


@pytest.mark.parametrize("schedule", [Linear(200, 40), ReduceOnPlateau(Plateau(), 0.1, 40)])
def test_warm_up_rises_evenly_from_a_thousandth(schedule: Linear | ReduceOnPlateau) -> None:
    factors = [schedule.factor(step) for step in range(41)]
    assert factors[0] == pytest.approx(1 / 1000)
    assert factors[20] == pytest.approx(0.5005)
    assert factors[40] == pytest.approx(1)
    rises = [after - before for before, after in itertools.pairwise(factors)]
    assert rises == pytest.approx([rises[0]] * 40)


def test_linear_falls_to_zero_just_after_the_last_step() -> None:
    schedule = Linear(100, 20)
    assert schedule.factor(20) == 1
    assert schedule.factor(60) == pytest.approx(0.5)
    assert schedule.factor(99) == pytest.approx(1 / 80)
    assert all(schedule.end_epoch(loss) for loss in (1.0, 2.0, 3.0)), "it never stops early"


@given(steps=st.integers(1, 300), warmup=st.integers(0, 400))
def test_linear_is_positive_and_at_most_one_at_every_step(steps: int, warmup: int) -> None:
    factors = [Linear(steps, warmup).factor(step) for step in range(steps)]
    assert all(0 < factor <= 1 for factor in factors)


def test_the_rate_falls_after_more_than_patience_bad_epochs() -> None:
    schedule = ReduceOnPlateau(Plateau(factor=0.7, patience=4), 0.1, 0)
    losses = [3.0, 2.0, 2.0, 2.5, 2.1, 2.0]  # four bad epochs after the second
    assert all(schedule.end_epoch(loss) for loss in losses)
    assert schedule.factor(0) == 1
    schedule.end_epoch(2.0)  # the fifth
    assert schedule.factor(0) == pytest.approx(0.7)
    for loss in (1.9, 1.9, 1.9, 1.9, 1.9):  # a better one begins the count anew
        schedule.end_epoch(loss)
    assert schedule.factor(0) == pytest.approx(0.7)
    schedule.end_epoch(1.9)
    assert schedule.factor(0) == pytest.approx(0.49)


def test_a_gain_below_a_ten_thousandth_is_none() -> None:
    schedule = ReduceOnPlateau(Plateau(patience=0), 0.1, 0)
    schedule.end_epoch(1.0)
    schedule.end_epoch(0.99995)
    assert schedule.factor(0) == pytest.approx(0.7)
    schedule.end_epoch(0.99)
    assert schedule.factor(0) == pytest.approx(0.7)


def test_the_published_recipe_stops_after_13_reductions() -> None:
    schedule = make_schedule(find_task("ExquisiteNetV2").plan("cifar10", "paper", "full"))
    epochs = 1
    assert schedule.end_epoch(1.0)
    reductions = 0
    rate = 0.1 * schedule.factor(40)
    while schedule.end_epoch(1.0):
        epochs += 1
        if 0.1 * schedule.factor(40) < rate:
            reductions, rate = reductions + 1, 0.1 * schedule.factor(40)
    assert reductions + 1 == 13
    assert 0.1 * schedule.factor(40) == pytest.approx(0.1 * 0.7**13)
    assert epochs == 13 * 5


def test_a_plan_without_plateau_settings_takes_the_published_ones() -> None:
    plan = TrainingPlan(
        recipe="r", rung="r", steps=10, batch_size=1, lr=0.1, weight_decay=0, warmup_steps=0, schedule="plateau"
    )
    assert isinstance(make_schedule(plan), ReduceOnPlateau)
    assert isinstance(make_schedule(plan.model_copy(update={"schedule": "linear"})), Linear)
