"""The loop of a run: the seed first, then generations, each step committed before the next begins."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from ge_tui.errors import RunError, UserError
from ge_tui.evaluation.executors import Executor
from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.task import ObjectiveSpec
from ge_tui.genome import cut, syntax_hash
from ge_tui.llm.proposer import Proposer, Rephraser
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.confirming import Confirming
from ge_tui.run.engine.deciding import SEED, Decided, Deciding
from ge_tui.run.engine.evaluating import Evaluating, EvaluationPlan
from ge_tui.run.engine.going_on import GoingOn
from ge_tui.run.engine.promoting import Promoting
from ge_tui.run.engine.proposing import Proposing
from ge_tui.run.engine.pruning import Pruning
from ge_tui.run.engine.selection import Maker, SlotPlan, choose_elites, close_population
from ge_tui.run.engine.sizes import Sizes
from ge_tui.run.objectives import with_references
from ge_tui.run.pool import Pool, count, survivors_of
from ge_tui.run.rewording import Rewording
from ge_tui.run.store import Arm, IndividualRow, NewIndividual, Status, Store
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.search import hypervolume
from ge_tui.settings import Settings

REPAIR = "repair"
MENDABLE = frozenset({Outcome.SYNTAX, Outcome.IMPORT, Outcome.BUILD, Outcome.SHAPE, Outcome.DIVERGED, Outcome.CRASHED,
                      Outcome.FORBIDDEN, Outcome.PROCESSES, Outcome.OPEN_FILES, Outcome.DISK,
                      Outcome.FILE_SIZE})  # fmt: skip
"""What a child may fail its checks with and still be sent back."""
EOT_ELITES = 10
"""How many elites Evolution of Thought learns from (Morris et al. 2024)."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Everything a run is made of that does not change while it runs."""

    settings: Settings
    evaluation: EvaluationPlan
    objectives: tuple[ObjectiveSpec, ...]


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
        self._names = cut(plan.evaluation.task.seed_source).names
        self._objectives = objectives_from(store.run().objectives)
        self._pool = Pool(store, self._objectives)
        self._sizes = Sizes(store, board, plan.settings.search.initial_population)
        self._slots_wanted = board.current.slots
        self._go = GoingOn(store, board, plan.settings.budget, lambda: self._evaluating.held, now)
        self._make_parts()
        self._go.evaluations = self._evaluating.spent()

    async def run(self) -> Ending:
        """Run to the end. Whatever happens, the store then says how it ended, and nothing runs any more.

        Raises UserError where the seed itself fails; cancellation is passed on after cleaning up.
        """
        self._store.set_status("running")
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(self._watch())
                ending = await self._generations()
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
        return Ending("finished", f"all {self._plan.settings.search.generations} generations are done")

    # -- the seed --------------------------------------------------------------------------------------

    async def _evaluate_seed(self) -> None:
        """Measure the un-mutated seed by the same recipe, and freeze the reference points from it."""
        if self._store.individual(SEED) is None:
            self._store.propose(NewIndividual(SEED, 0, -1, "seed", "seed", (), f"{self._seed}/seed", self._board.seq))
        if self._status(SEED) is Status.PROPOSING:
            source = self._plan.evaluation.task.seed_source
            self._store.accept(SEED, source, syntax_hash(source) or "", arguments={})
        if self._status(SEED) is Status.WAITING:
            await self._evaluating.evaluate(SEED)
            await self._train_held()
        row = self._store.individual(SEED)
        assert row is not None
        if row.status is Status.WAITING:  # stopped before it could begin
            return
        if row.status is not Status.EVALUATED:
            raise UserError(f"the seed itself could not be evaluated ({row.outcome}): {row.reason}")
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
        known = {row.slot: row for row in self._store.individuals("generation = ? AND slot >= 0", (number,))}
        if not known and self._proposer.asks:
            await self._reword(number)
        slots = self._deciding.undecided(number, known)
        async with asyncio.TaskGroup() as group:
            for row in known.values():
                if row.status is Status.WAITING:
                    group.create_task(self._see_through(row.number))
                elif row.status is Status.PROPOSING and row.operator == REPAIR:
                    group.create_task(self._fill_repair(row))
            lanes = [group.create_task(self._lane(slots, number, group)) for _ in range(self._proposer.lanes)]
            await asyncio.gather(*lanes)
        await self._train_held()
        await self._evaluating.promote(number)
        self._go.enough = self._go.enough or self._go.enough_soon
        if self._is_begun(number):
            self._evaluating.settle(number)
            await self._confirming.confirm()
        return not self._go.enough or (self._is_begun(number, Status.WAITING) and not self._confirming.wanting())

    def _is_begun(self, generation: int, *unwanted: Status) -> bool:
        """Whether every slot of a generation was filled, and none of its individuals is in an unwanted state."""
        rows = self._store.individuals("generation = ? AND slot >= 0", (generation,))
        planned = [row for row in rows if row.operator != REPAIR]
        return len(planned) + len(self._store.carried(generation)) == self._sizes.of(generation) and all(
            row.status not in (Status.PROPOSING, *unwanted) for row in rows
        )

    async def _reword(self, generation: int) -> None:
        """Let the wordings of the prompts compete, where the proposer has any."""
        if isinstance(self._proposer, Rephraser):
            rewording = Rewording(self._store, self._pool, self._objectives, self._seed)
            await rewording.before(generation, self._board.refresh(), self._proposer, self._go.may_go_on)

    async def _lane(self, slots: Iterator[Decided], generation: int, group: asyncio.TaskGroup) -> None:
        """Fill slots one after the other; each child's evaluation begins while the next is proposed."""
        while await self._go.may_propose(slot=True):
            decided = next(slots, None)
            if decided is None:
                return
            number, plan = decided.number, decided.plan
            if not plan.operators:
                self._store.carry(generation, plan.slot, plan.parents[0])
                continue
            stepping = self._go.take_step()
            if number is None:
                number = self._proposing.take_slot(plan, generation, decided.controls, decided.control_seq)
            if await self._proposing.fill(number, plan, generation, decided.controls):
                group.create_task(self._bring_up(number, stepping))
            else:
                self._go.step_done(stepping)
            await asyncio.sleep(0)

    async def _bring_up(self, number: int, stepping: int) -> None:
        await self._see_through(number)
        self._go.step_done(stepping)

    async def _see_through(self, number: int) -> None:
        """Evaluate a child; one that fails its checks goes back for repair, if the proposer can."""
        await self._evaluating.evaluate(number)
        row = self._store.individual(number)
        if row is None or not self._may_repair(row) or not await self._go.may_go_on():
            return
        controls = self._board.refresh()
        maker = Maker.of(row, self._proposer.name)
        plan = SlotPlan(self._repair_slot(row), (number,), (REPAIR,), maker)
        child = self._proposing.take_slot(plan, row.generation, controls, self._board.seq)
        if await self._proposing.fill(child, plan, row.generation, controls):
            await self._see_through(child)

    async def _train_held(self) -> None:
        """Where trainings wait for the language model to leave the GPU: see it off, then train."""
        if self._make_room is not None and self._evaluating.held:
            await self._make_room()
            await self._evaluating.train_held()

    async def _fill_repair(self, row: IndividualRow) -> None:
        """Go on with a repair that the engine died over."""
        plan = SlotPlan(row.slot, row.parents, (REPAIR,), Maker.of(row, self._proposer.name))
        if await self._proposing.fill(row.number, plan, row.generation, self._board.at(row.control_seq)):
            await self._see_through(row.number)

    def _may_repair(self, row: IndividualRow) -> bool:
        tries = row.slot // self._sizes.of(row.generation)
        return (
            self._proposer.asks
            and row.proposer == self._proposer.name
            and row.status is Status.FAILED
            and row.outcome in MENDABLE
            and row.slot >= 0
            and row.fingerprint is None
            and tries < self._board.refresh().repairs
        )

    def _repair_slot(self, row: IndividualRow) -> int:
        """Repairs stand in rows of their own behind a generation's slots: one row a try, one place a slot."""
        return row.slot + self._sizes.of(row.generation)

    def _close(self, number: int) -> None:
        """Select who goes on, and put it on record with the generation's figures."""
        rows = self._store.individuals("generation = ? AND slot >= 0", (number,))
        evolved = [row for row in rows if row.arm is Arm.EVOLUTION]
        before = [SEED] if number == 0 else self._deciding.population(number - 1)
        wanted = self._plan.settings.search.elites or self._sizes.of(number)
        elites = choose_elites(self._pool.candidates(before), self._objectives, wanted)
        survivors = [self._store.original(survivor) for survivor in survivors_of(evolved)]
        came = [*survivors, *self._store.carried(number).values()]
        members = close_population(elites, self._pool.tiers({*elites, *came}), self._objectives)
        front = self._pool.front
        self._store.close_generation(number, members, hypervolume(front, self._objectives), len(front), count(rows))
        if evolved and not survivors:
            self._store.note("all_failed", generation=number, going_on_with=[m.individual for m in members])
        self._go.record_time()

    # -- the end ---------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Take in requests while everything else waits, and end the run at once when asked to."""
        while self._board.refresh().stop != "now":
            self._go.keep_time()
            await self._fit_slots()
            if not self._store.is_in_place():
                raise RunError("the run's folder was moved or deleted while it was worked on")
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
        self._deciding = self._make_deciding()
        self._evaluating = self._make_evaluating()
        self._proposing = self._make_proposing()
        plan, chosen = self._plan.evaluation, self._plan.settings.evaluation
        parts = self._store, self._pool, plan.training.rung, range(plan.seed, plan.seed + chosen.front_seeds)
        self._confirming = Confirming(*parts, self._evaluating.train_again, self._make_room)

    def _make_evaluating(self) -> Evaluating:
        held_back = self._make_room is not None
        plan = self._plan.evaluation
        below = [training.rung for training in plan.below]
        living = self._deciding.population
        promoting = Promoting(self._store, self._pool, self._board, self._objectives, below, living)
        pruning = Pruning(self._store, self._pool, self._board, self._objectives, living)
        parts = self._store, self._pool, self._executor, plan, promoting, pruning
        return Evaluating(*parts, self._go.may_train, self._go.give_back, holds_back=held_back)

    def _make_proposing(self) -> Proposing:
        task, attempts = self._plan.evaluation.task, self._plan.settings.search.attempts
        return Proposing(
            self._store,
            self._pool,
            self._proposer,
            task,
            self._names,
            self._seed,
            attempts,
            self._exemplars,
            self._objectives,
        )

    def _make_deciding(self) -> Deciding:
        parts = self._store, self._pool, self._board, self._proposer, self._objectives
        return Deciding(*parts, self._seed, self._sizes)

    def _exemplars(self, generation: int) -> list[int]:
        """The elites of the generation before, from whose changes can be learned."""
        population = self._pool.candidates(self._deciding.population(generation - 1)) if generation else []
        return choose_elites(population, self._objectives, EOT_ELITES)


def _leaves(errors: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in errors.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
