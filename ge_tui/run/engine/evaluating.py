"""Taking one individual from its source to its metrics: checks, fingerprint, training."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import CheckRequest, Executor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.report import CheckReport, CurvePoint
from ge_tui.evaluation.task import Task
from ge_tui.run.pool import Pool
from ge_tui.run.store import IndividualRow, Store
from ge_tui.search import Candidate
from ge_tui.settings import EvaluationSettings


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """How every individual of a run is evaluated."""

    task: Task
    data: DataSet
    training: TrainingPlan
    settings: EvaluationSettings
    seed: int
    """Of every training alike, so that luck of the draw is shared."""
    wants: tuple[str, ...]

    @property
    def inputs(self) -> Inputs:
        return Inputs(classes=self.data.classes, channels=self.data.channels, image_size=self.data.image_size)


class Evaluating:
    """Evaluates individuals, a few at once, recording each step before the next begins."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        executor: Executor,
        plan: EvaluationPlan,
        may_start: Callable[[], Awaitable[bool]],
        *,
        holds_back: bool = False,
    ) -> None:
        """`holds_back`: trainings wait for `train_held`."""
        self._store = store
        self._pool = pool
        self._executor = executor
        self._plan = plan
        self._may_start = may_start
        self._slots = asyncio.Semaphore(executor.slots)
        self._decided = asyncio.Event()
        """Whether the individual before the next one is known to be new, a duplicate or a failure."""
        self._decided.set()
        self._holds_back = holds_back
        self._held: list[tuple[IndividualRow, str]] = []

    @property
    def held(self) -> int:
        """How many individuals passed their checks and are held back."""
        return len(self._held)

    async def evaluate(self, number: int) -> None:
        """Check and train an individual that waits; it stays waiting where nothing may be started any more."""
        row = self._store.individual(number)
        source = self._store.source(number)
        if row is None or source is None:
            raise LookupError(f"individual {number} has no source to evaluate")
        if row.fingerprint is None and not await self._check(row, source):
            return
        if self._holds_back:
            self._held.append((row, source))
        else:
            await self._train_in_turn(row, source)

    async def train_held(self) -> None:
        """Train all that were held back, in the order in which they passed their checks."""
        held, self._held = self._held, []
        async with asyncio.TaskGroup() as group:
            for row, source in held:
                group.create_task(self._train_in_turn(row, source))

    async def _train_in_turn(self, row: IndividualRow, source: str) -> None:
        async with self._slots:
            if await self._may_start():
                await self._train(row, source)

    async def _check(self, row: IndividualRow, source: str) -> bool:
        """Whether an individual is worth its training; if not, why is on record.

        Checks may end in any order. Of equal individuals the one that came first must be the original, so each
        waits for those before it; where one of them raises, this one waits until it is cancelled.
        """
        before, decided = self._decided, asyncio.Event()
        self._decided = decided
        report = await self._executor.check(self._check_request(source))
        await before.wait()
        worth_it = self._decide(row, report)
        decided.set()
        return worth_it

    def _decide(self, row: IndividualRow, report: CheckReport) -> bool:
        if report.outcome is not Outcome.OK or report.fingerprint is None or report.params is None:
            self._store.fail(row.number, report.outcome, report.reason)
            return False
        twin = self._store.twin("fingerprint", report.fingerprint, row.number, row.arm)
        if twin is not None:
            self._store.link_duplicate(row.number, twin, "fingerprint")
            return False
        self._store.checked(row.number, report.params, report.fingerprint, report.flops)
        return True

    async def _train(self, row: IndividualRow, source: str) -> None:
        plan, number = self._plan, row.number
        training = plan.training
        evaluation = self._store.start_evaluation(number, training.recipe, training.rung, plan.seed, training.steps)
        request = TrainRequest(
            source,
            plan.task.contract,
            plan.data,
            plan.training,
            plan.seed,
            plan.task.file.limits.params,
            plan.settings.train_timeout_s,
            plan.wants,
        )
        try:
            report = await self._executor.train(request, lambda point: self._add_point(evaluation, number, point))
        except BaseException:
            self._store.forgive_loss(number)
            raise
        self._store.finish_evaluation(evaluation, number, report)
        if report.outcome is Outcome.OK:
            self._pool.add(Candidate(number, report.metrics), row.arm)

    def _add_point(self, evaluation: int, number: int, point: CurvePoint) -> None:
        """Called by the event loop, where nobody would catch an error; a full disk shows at the next step too."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._store.add_curve_point(evaluation, number, point)

    def _check_request(self, source: str) -> CheckRequest:
        plan = self._plan
        return CheckRequest(
            source,
            plan.task.contract,
            plan.inputs,
            plan.training,
            plan.task.file.limits.params,
            plan.settings.check_timeout_s,
        )
