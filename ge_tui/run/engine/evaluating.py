"""Taking one individual from its source to its metrics: checks, fingerprint, training."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import math
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ge_tui.evaluation.executors import Executor, TrainRequest
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.plan import TrainingPlan
from ge_tui.evaluation.report import CheckReport, CurvePoint, TrainReport
from ge_tui.run.engine.places import Places
from ge_tui.run.engine.promoting import Promoting, Promotion
from ge_tui.run.engine.pruning import Pruning, Watch
from ge_tui.run.plans import EvaluationPlan
from ge_tui.run.pool import Pool
from ge_tui.run.store import IndividualRow, Store
from ge_tui.run.store.records import FINAL
from ge_tui.run.store.writer import ENDED_BY_USER
from ge_tui.search import Candidate

_ENDED = frozenset({"ok", "failed"})
End = Callable[[Outcome, str, dict[str, Any]], None]
"""Ends a training early: with which outcome, why, and the figures of that."""
Settle = Callable[[int, TrainReport], None]
"""Hears with which seed a training was repeated, and what came of it."""


def _nobody_asked(seed: int, report: TrainReport) -> None: ...


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
        self.places = Places(executor.slots)
        self._decided = asyncio.Event()
        """Whether the individual before the next one is known to be new, a duplicate or a failure."""
        self._decided.set()
        self._holds_back = holds_back
        self._held: list[tuple[IndividualRow, str]] = []
        self._ends: dict[int, tuple[int, End]] = {}
        """Of each evaluation under way: of whom it is, and what ends it early."""

    async def resize(self, slots: int) -> int:
        """Train so many at once from now on, 0: as many as suits the machine; how many that is."""
        fewer = 0 < slots < self._executor.slots
        if fewer:  # nothing may begin in a slot that is being given up
            self.places.resize(slots)
        count = await self._executor.resize(slots)
        self.places.resize(count)
        return count

    @property
    def held(self) -> float:
        """What the first trainings of those who passed their checks and are held back will cost."""
        return len(self._held) * self._plan.cost(self._plan.rungs[0].rung)

    @property
    def rung(self) -> str:
        """Of the run: at which individuals are compared."""
        return self._plan.training.rung

    def spent(self) -> float:
        """What the run's trainings have cost so far."""
        return math.fsum(
            self._plan.cost(row.rung) - self._unused(row.id, row.rung, row.outcome)
            for row in self._store.evaluations()
            if row.status in _ENDED
        )

    def _unused(self, evaluation: int, rung: str, outcome: Outcome | None) -> float:
        """What of a training's cost was not used, for it was ended early."""
        if outcome not in (Outcome.PRUNED, Outcome.KILLED):
            return 0.0
        steps = self._plan.training_at(rung).steps
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

    def kill(self, number: int) -> bool:
        """End an individual's training, as the user asks; False where it has none under way."""
        ends = [end for owner, end in self._ends.values() if owner == number]
        for end in ends:
            end(Outcome.KILLED, "", {})
        return bool(ends)

    def seed_for(self, number: int, rung: str) -> int:
        """The first seed that an individual was not trained with at a rung."""
        tried = {row.seed for row in self._store.evaluations(number) if row.rung == rung and row.status != "lost"}
        return next(seed for seed in itertools.count(self._plan.seed) if seed not in tried)

    async def train_again(
        self,
        number: int,
        seed: int | None = None,
        rung: str = "",
        *,
        lent: bool = False,
        settle: Settle = _nobody_asked,
    ) -> None:
        """Train an evaluated individual once more; what it is ranked by is the mean at the run's rung.

        Without a seed it is the first that was not tried when the training begins. What is measured at another `rung`
        is kept apart. `lent`: in a place that is given back when another needs it, by a cancellation; that costs
        nothing. `settle` is told the seed and what came of it, in the step that puts it on record; it is not where
        nothing may be begun any more.
        """
        source = self._store.source(number)
        assert source is not None
        training = self._plan.training_at(rung or self._plan.training.rung)
        cost = self._plan.cost(training.rung)
        async with self.places:
            if not await self._may_start(cost):
                return
            if seed is None:
                seed = self.seed_for(number, training.rung)
            evaluation = self._store.start_evaluation(
                number, training.recipe, training.rung, seed, training.steps, again=True
            )
            try:
                report, _ = await self._train_watched(
                    self._plan.train_request(source, training, seed), evaluation, number, None
                )
            except BaseException:
                self._store.forgive_loss(number, evaluation, gave_way=lent)
                if lent:
                    self._give_back(cost)
                raise
            settled = functools.partial(settle, seed, report)
            self._store.finish_evaluation(evaluation, number, report, again=True, also=settled)
            if report.outcome is not Outcome.OK:
                self._give_back(self._unused(evaluation, training.rung, report.outcome))
            elif training.rung == self._plan.training.rung:
                self._pool.revise(Candidate(number, self._store.metrics([number])[number]))
            else:
                apart = self._store.lower_metrics()[training.rung]
                self._pool.add_below(training.rung, Candidate(number, apart[number]))

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
        async with self.places:
            if await self._may_start(self._plan.cost(training.rung)):
                if self._has_ended(row.number):
                    self._give_back(self._plan.cost(training.rung))
                else:
                    await self.train(row, source, training)

    def _has_ended(self, number: int) -> bool:
        """Whether nothing is to be done for an individual any more: the user may have ended its waiting."""
        row = self._store.individual(number)
        return row is None or row.status in FINAL

    async def _check(self, row: IndividualRow, source: str) -> bool:
        """Whether an individual is worth its training; if not, why is on record.

        Checks may end in any order. Of equal individuals the one that came first must be the original, so each
        waits for those before it; where one of them raises, this one waits until it is cancelled.
        """
        before, decided = self._decided, asyncio.Event()
        self._decided = decided
        report = await self._executor.check(self._plan.check_request(source))
        await before.wait()
        worth_it = self.decide(row, report)
        decided.set()
        return worth_it

    def decide(self, row: IndividualRow, report: CheckReport) -> bool:
        """What becomes of an individual by its check; whether it is to be trained."""
        if self._has_ended(row.number):
            return False
        if report.outcome is not Outcome.OK or report.fingerprint is None or report.params is None:
            self._store.fail(row.number, report.outcome, report.reason)
            return False
        twin = self._store.twin("fingerprint", report.fingerprint, row.number, row.arm)
        if twin is not None:
            self._store.link_duplicate(row.number, twin, "fingerprint")
            return False
        self._store.checked(row.number, report.params, report.fingerprint, report.flops, report.shapes)
        return True

    async def train(self, row: IndividualRow, source: str, training: TrainingPlan) -> None:
        """Train at once at a rung; what comes of it is on record."""
        plan, number = self._plan, row.number
        evaluation = self._store.start_evaluation(number, training.recipe, training.rung, plan.seed, training.steps)
        request = self._plan.train_request(source, training, plan.seed)
        watch = self._pruning.watch(row, training, plan.seed)
        try:
            report, figures = await self._train_watched(request, evaluation, number, watch)
        except BaseException:
            self._store.forgive_loss(number, evaluation)
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
        started, ended = time.monotonic(), list[tuple[Outcome, str, dict[str, Any]]]()
        at = 0

        def end(outcome: Outcome, reason: str, figures: dict[str, Any]) -> None:
            if not ended and not training.done():
                ended.append((outcome, reason, figures))
                training.cancel()

        def see(point: CurvePoint) -> None:
            nonlocal at
            if ended:  # what came while the training was being ended
                return
            at = point.step
            self._add_point(evaluation, number, point)
            found = watch.see(point) if watch else None
            if found is not None:
                end(Outcome.PRUNED, found.reason, found.figures)

        training = asyncio.ensure_future(self._executor.train(request, see))
        self._ends[evaluation] = number, end
        try:
            report = await training
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if not ended or (this is not None and this.cancelling()):
                raise
            report = TrainReport(Outcome.PRUNED)
        finally:
            del self._ends[evaluation]
        if not ended:
            return report, {}
        outcome, reason, figures = ended[0]
        if outcome is Outcome.KILLED:
            reason = f"{ENDED_BY_USER} at step {at} of {request.plan.steps}"
        return TrainReport(outcome, reason, wall_s=time.monotonic() - started), figures

    def _add_point(self, evaluation: int, number: int, point: CurvePoint) -> None:
        """Called by the event loop, where nobody would catch an error; a full disk shows at the next step too."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._store.add_curve_point(evaluation, number, point)
