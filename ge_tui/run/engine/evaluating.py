"""Taking one individual from its source to its metrics: checks, fingerprint, training."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import CheckRequest, Executor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.protocol import Inputs
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.evaluation.task import Task
from ge_tui.run.engine.places import Places
from ge_tui.run.engine.promoting import Promoting, Promotion
from ge_tui.run.engine.pruning import GivenUp, Pruning, Watch
from ge_tui.run.pool import Pool
from ge_tui.run.store import IndividualRow, Store
from ge_tui.search import Candidate
from ge_tui.settings import EvaluationSettings

_ENDED = frozenset({"ok", "failed"})


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
    below: tuple[TrainingPlan, ...] = ()
    """The trainings of the rungs that lead to the run's own, the lowest first."""

    @property
    def rungs(self) -> tuple[TrainingPlan, ...]:
        """Every rung's training, the lowest first; the last is that of the run's own rung."""
        return (*self.below, self.training)

    def cost(self, rung: str) -> float:
        """What a training counts against the budget: its part of the steps of one at the run's rung."""
        return next((plan.steps / self.training.steps for plan in self.rungs if plan.rung == rung), 1.0)

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
        promoting: Promoting,
        pruning: Pruning,
        may_start: Callable[[float], Awaitable[bool]],
        give_back: Callable[[float], None],
        *,
        holds_back: bool = False,
    ) -> None:
        """`may_start` is asked with what a training costs; `give_back` is told what of it was not used.

        `holds_back`: trainings wait for `train_held`.
        """
        self._store = store
        self._pool = pool
        self._executor = executor
        self._plan = plan
        self._promoting = promoting
        self._pruning = pruning
        self._may_start = may_start
        self._give_back = give_back
        self._places = Places(executor.slots)
        self._decided = asyncio.Event()
        """Whether the individual before the next one is known to be new, a duplicate or a failure."""
        self._decided.set()
        self._holds_back = holds_back
        self._held: list[tuple[IndividualRow, str]] = []

    async def resize(self, slots: int) -> int:
        """Train so many at once from now on, 0: as many as suits the machine; how many that is."""
        fewer = 0 < slots < self._executor.slots
        if fewer:  # nothing may begin in a slot that is being given up
            self._places.resize(slots)
        count = await self._executor.resize(slots)
        self._places.resize(count)
        return count

    @property
    def held(self) -> float:
        """What the first trainings of those who passed their checks and are held back will cost."""
        return len(self._held) * self._plan.cost(self._plan.rungs[0].rung)

    def spent(self) -> float:
        """What the run's trainings have cost so far."""
        return math.fsum(
            self._plan.cost(row.rung) - self._unused(row.id, row.rung, row.outcome)
            for row in self._store.evaluations()
            if row.status in _ENDED
        )

    def _unused(self, evaluation: int, rung: str, outcome: Outcome | None) -> float:
        """What of a training's cost was not used, for it was ended early."""
        if outcome is not Outcome.PRUNED:
            return 0.0
        steps = next((training.steps for training in self._plan.rungs if training.rung == rung), 0)
        taken = max((point.step for point in self._store.curve(evaluation)), default=0)
        return self._plan.cost(rung) * (1 - taken / steps) if steps else 0.0

    async def evaluate(self, number: int) -> None:
        """Check and train an individual that waits; it stays waiting where nothing may be started any more."""
        row = self._store.individual(number)
        source = self._store.source(number)
        if row is None or source is None:
            raise LookupError(f"individual {number} has no source to evaluate")
        if row.fingerprint is None and not await self._check(row, source):
            return
        row = self._store.individual(number) or row  # with what the check found
        if self._holds_back:
            self._held.append((row, source))
        else:
            await self._climb(row, source)

    async def train_held(self) -> None:
        """Train all that were held back, in the order in which they passed their checks."""
        held, self._held = self._held, []
        async with asyncio.TaskGroup() as group:
            for row, source in held:
                group.create_task(self._climb(row, source))

    async def promote(self, generation: int) -> None:
        """Train those of a generation who are due at a higher rung, and whom that promotes in turn."""
        while promotions := self._promoting.due(generation):
            async with asyncio.TaskGroup() as group:
                for promotion in promotions:
                    group.create_task(self._train_promoted(promotion))

    def settle(self, generation: int) -> None:
        """Nobody else will be begun in a generation: who was not promoted stays with the result it has."""
        for number, rung, reason in self._promoting.settled(generation):
            self._store.settle(number, rung, reason)

    async def train_again(self, number: int, seed: int) -> None:
        """Train an evaluated individual once more with another seed; what it is ranked by is the mean."""
        source = self._store.source(number)
        assert source is not None
        async with self._places:
            if not await self._may_start(1.0):
                return
            training = self._plan.training
            evaluation = self._store.start_evaluation(
                number, training.recipe, training.rung, seed, training.steps, again=True
            )
            try:
                report, _ = await self._train_watched(
                    self._train_request(source, training, seed), evaluation, number, None
                )
            except BaseException:
                self._store.forgive_loss(number)
                raise
            self._store.finish_evaluation(evaluation, number, report, again=True)
            self._pool.revise(Candidate(number, self._store.metrics([number])[number]))

    async def _climb(self, row: IndividualRow, source: str) -> None:
        """Train at the lowest rung, where that is not done yet; the seed is measured at every rung."""
        for training in self._plan.rungs[: None if row.slot < 0 else 1]:
            if self._pool.below(training.rung, row.number) is None:
                await self._train_in_turn(row, source, training)
        if row.slot >= 0:
            await self.promote(row.generation)

    async def _train_promoted(self, promotion: Promotion) -> None:
        row, source = self._store.individual(promotion.number), self._store.source(promotion.number)
        assert row is not None
        assert source is not None
        await self._train_in_turn(row, source, self._plan.rungs[promotion.level])

    async def _train_in_turn(self, row: IndividualRow, source: str, training: TrainingPlan) -> None:
        async with self._places:
            if await self._may_start(self._plan.cost(training.rung)):
                await self._train(row, source, training)

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
        self._store.checked(row.number, report.params, report.fingerprint, report.flops, report.shapes)
        return True

    async def _train(self, row: IndividualRow, source: str, training: TrainingPlan) -> None:
        plan, number = self._plan, row.number
        evaluation = self._store.start_evaluation(number, training.recipe, training.rung, plan.seed, training.steps)
        request = self._train_request(source, training, plan.seed)
        watch = self._pruning.watch(row, training, plan.seed)
        try:
            report, figures = await self._train_watched(request, evaluation, number, watch)
        except BaseException:
            self._store.forgive_loss(number)
            raise
        at_top = training is plan.training
        self._store.finish_evaluation(evaluation, number, report, last=at_top, **figures)
        if report.outcome is not Outcome.OK:
            self._give_back(self._unused(evaluation, training.rung, report.outcome))
            return
        if at_top:
            self._pool.add(Candidate(number, report.metrics), row.arm)
        else:
            self._pool.add_below(training.rung, Candidate(number, report.metrics))

    async def _train_watched(
        self, request: TrainRequest, evaluation: int, number: int, watch: Watch | None
    ) -> tuple[TrainReport, dict[str, Any]]:
        """A training, ended early where its watch says so; its report, and the figures of why it was ended."""
        started, given_up = time.monotonic(), list[GivenUp]()

        def see(point: CurvePoint) -> None:
            if given_up:  # what came while the training was being ended
                return
            self._add_point(evaluation, number, point)
            found = watch.see(point) if watch else None
            if found is not None:
                given_up.append(found)
                training.cancel()

        training = asyncio.ensure_future(self._executor.train(request, see))
        try:
            report = await training
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if not given_up or (this is not None and this.cancelling()):
                raise
            report = TrainReport(Outcome.PRUNED)
        if not given_up:
            return report, {}
        wall_s = time.monotonic() - started
        return TrainReport(Outcome.PRUNED, given_up[0].reason, wall_s=wall_s), given_up[0].figures

    def _add_point(self, evaluation: int, number: int, point: CurvePoint) -> None:
        """Called by the event loop, where nobody would catch an error; a full disk shows at the next step too."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._store.add_curve_point(evaluation, number, point)

    def _train_request(self, source: str, training: TrainingPlan, seed: int) -> TrainRequest:
        plan = self._plan
        return TrainRequest(
            source,
            plan.task.contract,
            plan.data,
            training,
            seed,
            plan.task.file.limits.params,
            plan.settings.train_timeout_s,
            plan.wants,
        )

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
