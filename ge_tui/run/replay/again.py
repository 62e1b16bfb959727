"""Training a run's individuals again, to see whether what was measured holds."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from ge_tui.evaluation.executors import Executor
from ge_tui.evaluation.outcome import Outcome
from ge_tui.run.plans import RunPlan
from ge_tui.run.store import EvaluationRow, RunReader


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a metric may lie from what is on record: by so much, or by such a part of it."""

    absolute: float = 0.0
    relative: float = 0.0

    def allows(self, recorded: float, measured: float) -> bool:
        """Whether two values are as near as that."""
        return math.isclose(recorded, measured, rel_tol=self.relative, abs_tol=self.absolute)

    def __str__(self) -> str:
        if self.relative:
            return f"within {self.relative:.0%}"
        return f"within {self.absolute:g}" if self.absolute else "exactly"


TOLERANCES = {
    "params": Tolerance(),
    "flops": Tolerance(),
    "accuracy": Tolerance(absolute=0.02),
    "overfit_gap": Tolerance(absolute=0.04),
    "loss": Tolerance(relative=0.10),
}
"""On one machine with one build of torch trainings come out the same to the last digit on most CPUs; on another,
sums are added in another order. Times and memory are not compared."""


@dataclass(frozen=True, slots=True)
class Again:
    """One training, done again."""

    individual: int
    rung: str
    seed: int
    outcome: Outcome
    reason: str
    recorded: dict[str, float]
    measured: dict[str, float]

    @property
    def wrong(self) -> list[str]:
        """The metrics that are not what is on record; a training that failed has none that are."""
        compared = [name for name in TOLERANCES if name in self.recorded]
        return [
            name
            for name in compared
            if name not in self.measured or not TOLERANCES[name].allows(self.recorded[name], self.measured[name])
        ]


async def train_again(
    run: RunReader, plan: RunPlan, executor: Executor, on_done: Callable[[Again, int], None]
) -> list[Again]:
    """Every training that went well, in the order on record; `on_done` hears of each, and how many there are."""
    evaluations = [row for row in run.evaluations() if row.status == "ok"]
    gate = asyncio.Semaphore(executor.slots)

    async def one(evaluation: EvaluationRow) -> Again:
        async with gate:
            done = await _train(run, plan, executor, evaluation)
        on_done(done, len(evaluations))
        return done

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(evaluation)) for evaluation in evaluations]
    return [task.result() for task in tasks]


async def _train(run: RunReader, plan: RunPlan, executor: Executor, evaluation: EvaluationRow) -> Again:
    training = plan.evaluation.training_at(evaluation.rung)  # an act may ask for a rung that is none of the run's
    source = run.source(evaluation.individual)
    assert source is not None
    request = plan.evaluation.train_request(source, training, evaluation.seed)
    report = await executor.train(request, lambda _point: None)
    return Again(
        evaluation.individual,
        evaluation.rung,
        evaluation.seed,
        report.outcome,
        report.reason,
        run.metrics_of(evaluation.id),
        dict(report.metrics),
    )
