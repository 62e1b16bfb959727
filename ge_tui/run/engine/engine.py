"""The loop of a run: the seed first, then generations, each step committed before the next begins."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from ge_tui.errors import RunError, UserError
from ge_tui.evaluation.executors import Executor
from ge_tui.llm.proposer import Proposer, Rephraser
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.closing import close_generation
from ge_tui.run.engine.deciding import Decided
from ge_tui.run.engine.going_on import GoingOn
from ge_tui.run.engine.parts import Permits, make_parts
from ge_tui.run.engine.repairing import REPAIR, may_repair, repair_plan
from ge_tui.run.engine.seeding import accept_seed, propose_seed
from ge_tui.run.engine.selection import OWN_SLOTS, repair_slot
from ge_tui.run.engine.sizes import Sizes
from ge_tui.run.objectives import with_references
from ge_tui.run.plans import RunPlan
from ge_tui.run.pool import Pool
from ge_tui.run.rewording import Rewording
from ge_tui.run.store import SEED, IndividualRow, Status, Store
from ge_tui.run.store.acts import standing
from ge_tui.run.stored_objectives import objectives_from


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session of the engine ended."""

    status: str
    """`finished`, or `stopped` where resuming goes on."""
    reason: str


class _StopNowError(Exception):
    """The user wants the engine to end at once."""


class Engine:
    """Runs one run in this process, until it is done, stopped or cancelled."""

    def __init__(
        self,
        store: Store,
        board: ControlBoard,
        plan: RunPlan,
        proposer: Proposer,
        executor: Executor,
        *,
        make_room: Callable[[], Awaitable[None]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`make_room`: trainings wait until a generation is proposed, checked and repaired, then for this."""
        self._store = store
        self._board = board
        self._plan = plan
        self._proposer = proposer
        self._executor = executor
        self._make_room = make_room
        self._seed = plan.settings.seed
        self._objectives = objectives_from(store.run().objectives)
        self._pool = Pool(store, self._objectives)
        self._sizes = Sizes(store, board, plan.settings.search.initial_population)
        self._slots_wanted = board.current.slots
        self._go = GoingOn(store, board, plan.settings.budget, lambda: self._evaluating.held, now)
        self._open = 0
        """What is under way of a generation, besides the lanes that wait for something to do."""
        self._has_begun = False
        """Whether the seed is measured, so that the parts stay as they are."""
        self._news = asyncio.Event()
        """Something of that ended, or there may be something to do for the user."""
        self._make_parts()
        self._go.evaluations = self._evaluating.spent()

    async def run(self) -> Ending:
        """Run to the end. Whatever happens, the store then says how it ended, and nothing runs any more.

        Raises UserError where the seed itself fails; cancellation is passed on after cleaning up.
        """
        self._store.set_status("running")
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch(group))
                ending = await self._generations()
                await self._idling.end(gives_up=not self._go.enough)
                watch.cancel()
        except BaseExceptionGroup as errors:
            ending = self._ending_of(errors)
        except asyncio.CancelledError:
            self._set_status("stopped", "interrupted")
            raise
        self._set_status(ending.status, ending.reason)
        return ending

    async def _generations(self) -> Ending:
        await self._evaluate_seed()
        self._has_begun = True
        closed = {row.number for row in self._store.generations() if row.closed_at is not None}
        for number in range(self._plan.settings.search.generations + 1):
            if number in closed:
                continue
            if await self._generation(number):
                self._close(number)
            if self._go.enough:
                return Ending("finished", self._go.enough)
            if self._board.refresh().stop == "generation":
                return Ending("stopped", f"stopped after generation {number}, as asked")
        generations = self._plan.settings.search.generations
        done = f"all {generations} generations are done" if generations else "the initial population is done"
        return Ending("finished", done)

    # -- the seed --------------------------------------------------------------------------------------

    async def _evaluate_seed(self) -> None:
        """Measure the un-mutated seed by the same recipe, and freeze the reference points from it."""
        if self._store.individual(SEED) is None:
            propose_seed(self._store, self._seed, self._board.seq)
        if self._status(SEED) is Status.PROPOSING:
            accept_seed(self._store, self._plan.evaluation.task.seed_source)
        if self._status(SEED) is Status.WAITING:
            await self._evaluating.evaluate(SEED)
            await self._train_held()
        row = self._store.individual(SEED)
        assert row is not None
        if row.status is Status.WAITING:  # stopped before it could begin
            return
        if row.status is not Status.EVALUATED:
            said = f"the seed itself could not be evaluated ({row.outcome}): {row.reason}"
            raise UserError(
                f"{said}; where the machine was to blame, resume the run, and it is measured again; else mend the "
                "task's seed, or the limit it ran into, and begin a new run"
            )
        if any(objective.reference is None for objective in self._objectives):
            rows = with_references(self._plan.objectives, self._pool.metrics(SEED))
            self._store.set_objectives(rows)
            self._objectives = objectives_from(rows)
            self._pool = Pool(self._store, self._objectives)
            self._make_parts()

    # -- a generation ----------------------------------------------------------------------------------

    async def _generation(self, number: int) -> bool:
        """Propose and evaluate; whether all is done that was planned, so that the generation can be closed."""
        self._sizes.begin(number)
        if self._proposer.asks and not self._rows_of(number):
            await self._reword(number)
        while True:
            await self._fill(number)
            if self._go.enough or not self._acting.waiting():
                break
        return not self._go.enough or (self._is_filled(number, Status.WAITING) and not self._confirming.wanting())

    def _rows_of(self, generation: int) -> list[IndividualRow]:
        return self._store.individuals("generation = ? AND slot >= 0", (generation,))

    async def _fill(self, number: int) -> None:
        """Do all that is to be done for a generation, as far as it is known."""
        self._acting.kill()
        known = {row.slot: row for row in self._rows_of(number)}
        slots = self._deciding.undecided(number, known)
        async with asyncio.TaskGroup() as group:
            for row in known.values():
                if row.status is Status.WAITING:
                    self._begin(group, self._see_through(row.number))
                elif row.status is Status.PROPOSING and row.operator == REPAIR:
                    self._begin(group, self._fill_repair(row))
                elif self._may_repair(row) and repair_slot(row.slot, self._sizes.of(number)) not in known:
                    self._begin(group, self._send_back(row.number))  # the engine died before it could
            lanes = [group.create_task(self._lane(slots, number, group)) for _ in range(self._proposer.lanes)]
            hand = group.create_task(self._serve(number, group))
            await asyncio.gather(*lanes)
            hand.cancel()
        await self._train_held()
        await self._evaluating.promote(number)
        self._go.enough = self._go.enough or self._go.enough_soon
        if self._is_filled(number):
            self._evaluating.settle(number)
            async with self._idling.held(self._confirming):
                await self._confirming.confirm()

    def _is_filled(self, generation: int, *unwanted: Status) -> bool:
        """Whether every slot of a generation was filled, and none of its individuals is in an unwanted state."""
        rows = self._rows_of(generation)
        planned = [row for row in rows if row.operator != REPAIR and row.slot < OWN_SLOTS]
        return len(planned) + len(self._store.carried(generation)) == self._sizes.of(generation) and all(
            row.status not in (Status.PROPOSING, *unwanted) for row in rows
        )

    async def _reword(self, generation: int) -> None:
        """Let the wordings of the prompts compete, where the proposer has any."""
        if isinstance(self._proposer, Rephraser):
            rewording = Rewording(self._store, self._pool, self._objectives, self._seed)
            await rewording.before(generation, self._board.refresh(), self._proposer, self._go.may_go_on)

    async def _lane(self, slots: Iterator[Decided], generation: int, group: asyncio.TaskGroup) -> None:
        """Fill slots one after the other; each child's evaluation begins while the next is proposed.

        When all are filled it waits for what is under way, for the user may ask for another child meanwhile.
        """
        while await self._go.may_propose(slot=True):
            decided = self._acting.decided(generation) or next(slots, None)
            if decided is not None:
                self._open += 1
                await self._fill_slot(decided, generation, group)
                self._one_less()
            elif not await self._is_asked_for_more():
                return

    async def _is_asked_for_more(self) -> bool:
        """Wait while anything is under way; whether the user asked for another child meanwhile."""
        while self._open:
            self._news.clear()
            await self._news.wait()
            if self._acting.is_asked():
                return True
        return False

    async def _fill_slot(self, decided: Decided, generation: int, group: asyncio.TaskGroup) -> None:
        number, plan = decided.number, decided.plan
        if not plan.operators:
            self._store.carry(generation, plan.slot, plan.parents[0])
            return
        if number is None:
            number = self._proposing.take_slot(plan, generation, decided.controls, decided.control_seq)
            self._acting.made(plan, number)
        stepping = self._go.take_step()  # a control, so it comes after the slot that was decided without it
        if await self._proposing.fill(number, plan, generation, decided.controls):
            self._begin(group, self._bring_up(number, stepping))
        else:
            self._go.step_done(stepping)
        await asyncio.sleep(0)

    async def _serve(self, generation: int, group: asyncio.TaskGroup) -> None:
        """Do for the user what takes no proposal, whenever it is asked for: edits enter, trainings are repeated."""
        first = True
        while True:
            if (first or self._acting.waiting()) and await self._go.may_go_on():
                for number in self._acting.enter_edits(generation):
                    self._begin(group, self._see_through(number))
                if self._make_room is None:
                    for training in self._acting.trainings():
                        self._begin(group, training)
            first = False
            self._news.clear()
            await self._news.wait()

    def _begin(self, group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
        """Begin what lanes wait for when they have nothing else to do."""
        self._open += 1
        group.create_task(work).add_done_callback(lambda _: self._one_less())

    def _one_less(self) -> None:
        self._open -= 1
        self._news.set()

    async def _bring_up(self, number: int, stepping: int) -> None:
        await self._see_through(number)
        self._go.step_done(stepping)

    async def _see_through(self, number: int) -> None:
        """Evaluate a child; one that fails its checks goes back for repair, if the proposer can."""
        await self._evaluating.evaluate(number)
        await self._send_back(number)

    async def _send_back(self, number: int) -> None:
        row = self._store.individual(number)
        if row is None or not self._may_repair(row) or not await self._go.may_go_on():
            return
        if not self._may_repair(row):  # the user changed something while the run was paused
            return
        controls = self._board.current
        plan = repair_plan(row, self._sizes.of(row.generation), self._proposer)
        child = self._proposing.take_slot(plan, row.generation, controls, self._board.seq)
        if await self._proposing.fill(child, plan, row.generation, controls):
            await self._see_through(child)

    def _may_repair(self, row: IndividualRow) -> bool:
        most = self._board.refresh().repairs
        vetoed = standing(self._store.connection).vetoed
        return may_repair(row, vetoed, self._sizes.of(row.generation), self._proposer, most)

    async def _train_held(self) -> None:
        """Where trainings wait for the language model to leave the GPU: see it off, then train."""
        if self._make_room is None:
            return
        again = self._acting.trainings()
        if again or self._evaluating.held:
            await self._make_room()
            await self._evaluating.train_held()
            await asyncio.gather(*again)

    async def _fill_repair(self, row: IndividualRow) -> None:
        """Go on with a repair that the engine died over."""
        plan = self._deciding.plan_of(row)
        if await self._proposing.fill(row.number, plan, row.generation, self._board.at(row.control_seq)):
            await self._see_through(row.number)

    def _close(self, number: int) -> None:
        """Select who goes on, and put it on record with the generation's figures."""
        elites = self._plan.settings.search.elites or self._sizes.of(number)
        close_generation(self._store, self._pool, self._objectives, self._deciding.population, elites, number)
        self._go.record_time()

    # -- the end ---------------------------------------------------------------------------------------

    async def _watch(self, group: asyncio.TaskGroup) -> None:
        """Take in requests while everything else waits, and end the run at once when asked to."""
        while self._board.refresh().stop != "now":
            self._go.keep_time()
            await self._fit_slots()
            if self._has_begun:
                self._idling.look(group)
            if self._acting.waiting():
                self._acting.kill()
                self._news.set()
            if not self._store.is_in_place():
                raise RunError(
                    "the run's folder was moved or deleted while it was worked on; if it was moved, resume it there"
                )
            await self._go.rest()
        raise _StopNowError

    async def _fit_slots(self) -> None:
        """Train as many at once as the control says by now."""
        wanted = self._board.current.slots
        if wanted != self._slots_wanted:
            self._slots_wanted = wanted
            self._store.set_slots(await self._evaluating.resize(wanted))

    def _ending_of(self, errors: BaseExceptionGroup[BaseException]) -> Ending:
        """What the errors that ended the tasks mean; re-raises the first that is nobody's wish."""
        for error in _leaves(errors):
            if isinstance(error, _StopNowError):
                return Ending("stopped", "stopped at once, as asked")
        error = _leaves(errors)[0]
        with contextlib.suppress(sqlite3.Error):  # what ended it may be the disk
            self._set_status("failed", str(error) or type(error).__name__)
        raise error

    def _set_status(self, status: str, reason: str) -> None:
        self._go.record_time()
        self._store.set_status(status, reason)

    # -- parts -----------------------------------------------------------------------------------------

    def _status(self, number: int) -> Status | None:
        row = self._store.individual(number)
        return row.status if row else None

    def _make_parts(self) -> None:
        """All that knows the objectives; made anew where their references are frozen."""
        parts = make_parts(
            self._store,
            self._pool,
            self._board,
            self._plan,
            self._proposer,
            self._executor,
            self._objectives,
            self._sizes,
            Permits(self._go.may_train, self._go.give_back, self._go.is_spent),
            self._make_room,
        )
        self._deciding, self._proposing = parts.deciding, parts.proposing
        self._evaluating, self._confirming, self._acting = parts.evaluating, parts.confirming, parts.acting
        self._idling = parts.idling


def _leaves(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in errors.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
