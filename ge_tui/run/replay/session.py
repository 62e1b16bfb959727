"""One session of the recorded engine: its parts, and what they have under way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.report import CurvePoint, TrainReport
from ge_tui.llm.calls import CallRecord
from ge_tui.llm.ollama import Answer, LlmFailure
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.deciding import Decided
from ge_tui.run.engine.parts import Permits, make_parts
from ge_tui.run.engine.selection import SlotPlan
from ge_tui.run.engine.sizes import Sizes
from ge_tui.run.plans import plan_of
from ge_tui.run.pool import Pool
from ge_tui.run.replay.making import make_proposer
from ge_tui.run.replay.record import Record
from ge_tui.run.replay.scratch import CutOffError
from ge_tui.run.replay.stand_ins import EVALUATION, Gates, RecordedExecutor, RecordedProposer
from ge_tui.run.store import EvaluationRow, IndividualRow, Store
from ge_tui.run.store.acts import ActKind, ActRow, settle_act
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.stored_settings import settings_of
from ge_tui.settings import Controls


class Session:
    """What the engine made anew each time the run was begun or resumed."""

    def __init__(self, record: Record, store: Store, board: ControlBoard, data: DataSet, at: float) -> None:
        """`at`: when it began."""
        run = store.run()
        self.plan = plan_of(run, settings_of(run), data)
        self._record = record
        self._store = store
        self._board = board
        self.sizes = Sizes(store, board, self.plan.settings.search.initial_population)
        self._gates = Gates()
        self._executor = RecordedExecutor()
        self.proposer = make_proposer(record.run, store, self.plan, self._gates, at)
        self._filling: dict[int, asyncio.Task[bool]] = {}
        self._trainings: dict[int, asyncio.Task[object]] = {}
        self._of: dict[int, EvaluationRow] = {}
        """By the numbers on record."""
        self._again: set[int] = set()
        """Of the trainings, those of individuals that were measured before."""
        self._promoted: set[tuple[int, int]] = set()
        self.know_objectives()

    def know_objectives(self) -> None:
        """Make everything that knows the objectives, as they are now."""
        self.objectives = objectives_from(self._store.run().objectives)
        self.pool = Pool(self._store, self.objectives)
        permits = Permits(_always, lambda _cost: None)
        self.parts = make_parts(
            self._store,
            self.pool,
            self._board,
            self.plan,
            self.proposer,
            self._executor,
            self.objectives,
            self.sizes,
            permits,
        )

    def decide(self, generation: int, slot: int) -> Decided:
        """What a slot is to be filled with."""
        return self.parts.deciding.decide(slot, generation)

    # -- proposals -------------------------------------------------------------------------------------

    def is_filling(self, number: int) -> bool:
        """Whether an individual is being made."""
        return number in self._filling

    async def fill(self, number: int, plan: SlotPlan, controls: Controls) -> None:
        """Begin to fill a slot, up to where its model is waited for, or to the end."""
        row = self._store.individual(number)
        assert row is not None
        work = self.parts.proposing.fill(number, plan, row.generation, controls)
        self._filling[number] = asyncio.create_task(work)
        await self._settle(self._filling[number], number)

    def asked(self, number: int) -> CallRecord | None:
        """The call that an individual waits for."""
        waits = isinstance(self.proposer, RecordedProposer) and self._gates.is_waiting(("call", number))
        return self.proposer.asked[number] if waits and isinstance(self.proposer, RecordedProposer) else None

    async def answer(self, number: int, answer: Answer | LlmFailure) -> None:
        """The call that an individual waits for is answered."""
        self._gates.open(("call", number), answer)
        await self._settle(self._filling[number], number)

    async def _settle(self, task: asyncio.Task[bool], number: int) -> None:
        while not (task.done() or self._gates.is_waiting(("call", number))):
            await asyncio.sleep(0)
        if task.done():
            with contextlib.suppress(CutOffError):
                task.result()

    # -- trainings -------------------------------------------------------------------------------------

    def rung_of(self, row: IndividualRow, evaluation: EvaluationRow) -> str | None:
        """The rung, if the individual is to be trained there now by what is known."""
        rungs = [training.rung for training in self.plan.evaluation.rungs]
        if evaluation.rung not in rungs or row.fingerprint is None:
            return None
        level = rungs.index(evaluation.rung)
        if row.slot >= 0:
            self._promoted |= {(one.number, one.level) for one in self.parts.promoting.due(row.generation)}
        is_due = row.slot < 0 or level == 0 or (row.number, level) in self._promoted
        return evaluation.rung if is_due else None

    async def train(self, row: IndividualRow, evaluation: EvaluationRow) -> None:
        """Begin a training, up to where its executor is waited for."""
        training = self.plan.evaluation.training_at(evaluation.rung)
        source = self._store.source(row.number)
        assert source is not None
        await self._begin(evaluation, self.parts.evaluating.train(row, source, training))

    def act_for(self, evaluation: EvaluationRow) -> ActRow | None:
        """The act that a training of a measured individual is done for; None: it is to confirm the front."""
        acting, known = self.parts.acting, self._record.wanted_by(evaluation.id)
        if known is None and (evaluation.individual, evaluation.seed) in self.parts.confirming.wanting():
            return None
        asked = [row for row in acting.waiting() if row.kind is ActKind.AGAIN and known in (None, row.seq)]
        wanted = (evaluation.rung, evaluation.seed)
        fitting = (r for r in asked if r.individual == evaluation.individual and acting.training_of(r) == wanted)
        return next(fitting, None)

    async def train_again(self, evaluation: EvaluationRow, asked: ActRow | None) -> None:
        """Again, to confirm the front or for an act."""
        self._again.add(evaluation.id)
        if asked is not None:
            await self._begin(evaluation, self.parts.acting.again(asked))
        else:
            await self._begin(evaluation, self.parts.evaluating.train_again(evaluation.individual, evaluation.seed))

    async def _begin(self, evaluation: EvaluationRow, work: Coroutine[Any, Any, object]) -> None:
        EVALUATION.set(evaluation.id)
        task = asyncio.create_task(work)
        self._trainings[evaluation.id], self._of[evaluation.id] = task, evaluation
        while not (task.done() or self._executor.is_under_way(evaluation.id)):
            await asyncio.sleep(0)
        if task.done():
            task.result()

    def under_way(self, number: int) -> list[int]:
        """The trainings of an individual."""
        return [one for one in self._trainings if self._of[one].individual == number]

    def climbing(self, number: int) -> list[int]:
        """The same without those with further seeds, whose points come in any order."""
        seed = self.plan.evaluation.seed
        return [one for one in self.under_way(number) if self._of[one].seed == seed]

    def is_cut_off(self, evaluation: int) -> bool:
        """Whether the engine's own parts ended a training."""
        return self._executor.is_cut_off(evaluation)

    async def see(self, evaluation: int, point: CurvePoint) -> None:
        """A training comes to a point of its curve."""
        self._executor.point(evaluation, point)
        for _ in range(3):  # where that gives it up, the training hears of it now
            await asyncio.sleep(0)

    async def end(self, evaluation: int, report: TrainReport, *, again: bool) -> None:
        """A training comes to its end."""
        if again:
            for point in self._record.points(evaluation):
                self._executor.point(evaluation, point)
        self._executor.end(evaluation, None if self.is_cut_off(evaluation) else report)
        with contextlib.suppress(CutOffError):
            await self._trainings.pop(evaluation)

    async def kill(self, asked: ActRow) -> None:
        """What is under way of an individual is ended for the user, unless it had ended while that was asked for."""
        trainings = [one for one in self.under_way(asked.individual) if self._record.was_ended_by_user(one)]
        for evaluation in self._again.intersection(trainings):
            for point in self._record.points(evaluation):
                self._executor.point(evaluation, point)
        if not trainings:
            settle_act(self._store, asked.seq)
            return
        self.parts.acting.end(asked)
        for _ in range(3):  # the trainings hear of it now
            await asyncio.sleep(0)

    async def interrupt(self, number: int, named: int | None) -> None:
        """One training of an individual is cut off, as the recorded engine did it; an old run does not say which."""
        for evaluation in [one for one in self.under_way(number) if named is None or one == named][:1]:
            task = self._trainings.pop(evaluation)
            self._executor.end(evaluation, None)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def drop(self) -> None:
        """Let go of all that is under way; the store is told of it by whoever knows how it ended."""
        for evaluation in self._trainings:
            if self._executor.is_under_way(evaluation):
                self._executor.end(evaluation, None)
        tasks = [*self._filling.values(), *self._trainings.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._filling, self._trainings = {}, {}


async def _always(_cost: float) -> bool:
    return True
