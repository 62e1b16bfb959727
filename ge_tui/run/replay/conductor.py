"""Going through a run's events and having the engine's own parts come to each of them again.

Nothing is copied that can be derived. Taken from the record are only the words of models, the results of checks and
trainings, the user's controls, and when each of these came; at each event the parts do what the engine would have
done, and what they did is compared. The first difference ends it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from ge_tui.evaluation.data import DataSet
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.acting import CALLED_OFF
from ge_tui.run.engine.closing import close_generation
from ge_tui.run.engine.proposing import HUMAN
from ge_tui.run.engine.repairing import REPAIR, may_repair, repair_plan
from ge_tui.run.engine.seeding import accept_seed, propose_seed
from ge_tui.run.engine.selection import OWN_SLOTS, SlotPlan
from ge_tui.run.objectives import with_references
from ge_tui.run.replay import acted, compare
from ge_tui.run.replay.record import Record
from ge_tui.run.replay.scratch import CutOffError, Scratch
from ge_tui.run.replay.session import Session
from ge_tui.run.replay.stand_ins import RecordedProposer, answer_of
from ge_tui.run.rewording import Rewording
from ge_tui.run.store import SEED, EventRow, IndividualRow, Status
from ge_tui.run.store.acts import standing
from ge_tui.run.store.records import TRAINING_ENDS
from ge_tui.run.store.writer import ENDED_BY_USER, POISONED
from ge_tui.settings import Controls

Handler = Callable[[EventRow], Awaitable[None]]
_STANDS_STILL = frozenset({"control", "control_refused", "session", "settings", "residency", "run_running", "recovered",
                           "generation_opened", "slots", "act", "act_refused", "act_done"})  # fmt: skip
"""Events before which a generation's prompts are not put anew yet."""


class Conductor:
    """Derives a run in a store of its own."""

    def __init__(self, record: Record, store: Scratch, board: ControlBoard, data: DataSet) -> None:
        self._record = record
        self._recorded = record.run
        self._store = store
        self._board = board
        self._data = data
        self._session: Session | None = None
        self._moment = 0
        self._rewords: int | None = None
        """The generation that was opened and whose prompts may be put anew next."""
        self._handlers: dict[str, Handler] = {
            "settings": self._settings,
            "forked": self._forked,
            "session": self._environment,
            "control": self._control,
            "act": self._act,
            "act_refused": self._act,
            "act_done": self._act,
            "recovered": self._recovered,
            "run_running": self._running,
            "run_stopped": self._ended,
            "run_finished": self._ended,
            "run_failed": self._ended,
            "generation_opened": self._opened,
            "proposing": self._proposing,
            "carried": self._carried,
            "asking": self._going_on,
            "insight": self._going_on,
            "answered": self._answered,
            "accepted": self._filled,
            "rejected": self._filled,
            "duplicate": self._duplicate,
            "checked": self._checked,
            "training": self._training,
            "progress": self._progress,
            "interrupted": self._interrupted,
            "not_promoted": self._not_promoted,
            "references_frozen": self._references,
            "generation_closed": self._closed,
            **dict.fromkeys(TRAINING_ENDS, self._training_ended),
        }

    async def run(self) -> None:
        """Go through all events, then look at the whole once more. Raises DiffersError at the first difference."""
        try:
            for event in self._record.events:
                self._moment = self._store.moment = event.seq
                handler = self._handlers.get(event.kind)
                if self._rewords is not None and event.kind not in _STANDS_STILL:
                    await self._reword()
                if handler is not None:
                    await handler(event)
            compare.everything(self._recorded, self._store)
        finally:
            await self._drop()

    # -- sessions --------------------------------------------------------------------------------------

    @property
    def _at_work(self) -> Session:
        """The engine's parts. They are there wherever the engine wrote anything of its own."""
        if self._session is None:
            self._session = Session(self._record, self._store, self._board, self._data, self._at)
        return self._session

    @property
    def _at(self) -> float:
        return next((event.at for event in self._record.events if event.seq == self._moment), 0.0)

    async def _drop(self) -> None:
        """Whatever was under way is gone."""
        if self._session is not None:
            await self._session.drop()
        self._session, self._rewords = None, None

    async def _settings(self, event: EventRow) -> None:
        self._store.set_settings(event.payload["settings"])

    async def _forked(self, event: EventRow) -> None:
        """From here on it is a run of its own."""
        self._store.recover()
        await self._drop()
        self._store.set_settings(event.payload["settings"])

    async def _environment(self, event: EventRow) -> None:
        self._store.set_environment(event.payload)

    async def _control(self, event: EventRow) -> None:
        row = self._record.next_control()
        self._same("run", "control", event.payload["key"], row and row.key)
        if row is not None:
            self._board.take(row)

    async def _act(self, event: EventRow) -> None:
        if acted.is_asked(event):
            acted.take(self._record, self._store, self._board, event)
        else:
            await acted.settle(self._record, self._store, self._at_work, event)

    async def _recovered(self, event: EventRow) -> None:  # noqa: ARG002
        self._store.recover()
        await self._drop()

    async def _running(self, event: EventRow) -> None:  # noqa: ARG002
        self._store.set_status("running")
        assert self._at_work
        begun = [row.number for row in self._store.generations() if row.closed_at is None]
        if begun and not self._store.individuals("generation = ? AND slot >= 0", (begun[-1],)):
            self._rewords = begun[-1]

    async def _ended(self, event: EventRow) -> None:
        await self._drop()
        self._store.set_status(event.kind.removeprefix("run_"), event.payload["reason"])

    # -- a generation ----------------------------------------------------------------------------------

    async def _opened(self, event: EventRow) -> None:
        number = event.payload["generation"]
        self._at_work.sizes.begin(number)
        if "slots" in event.payload:
            self._same(f"generation {number}", "slots", event.payload["slots"], self._at_work.sizes.of(number))
        self._rewords = number

    async def _reword(self) -> None:
        generation, self._rewords = self._rewords, None
        session = self._at_work
        if generation is None or not isinstance(session.proposer, RecordedProposer):
            return
        rewording = Rewording(self._store, session.pool, session.objectives, session.plan.settings.seed)
        with suppress(CutOffError):
            await rewording.before(generation, self._board.current, session.proposer, _always)

    async def _carried(self, event: EventRow) -> None:
        generation, slot = event.payload["generation"], event.payload["slot"]
        decided = self._at_work.decide(generation, slot)
        where = f"generation {generation}, slot {slot}"
        self._same(where, "operators", (), decided.plan.operators)
        self._same(where, "carried", event.individual, decided.plan.parents[0])
        self._store.carry(generation, slot, decided.plan.parents[0])

    async def _closed(self, event: EventRow) -> None:
        session, number = self._at_work, event.payload["generation"]
        living = session.parts.deciding.population
        elites = session.plan.settings.search.elites or session.sizes.of(number)
        close_generation(self._store, session.pool, session.objectives, living, elites, number)
        compare.generation(self._recorded, self._store, number, self._moment)

    async def _not_promoted(self, event: EventRow) -> None:
        row = self._derived(event)
        reasons = {number: (rung, reason) for number, rung, reason in
                   self._at_work.parts.promoting.settled(row.generation)}  # fmt: skip
        rung, reason = reasons.get(row.number, (None, None))
        self._same(f"individual {row.number}", "not promoted", event.payload["reason"], reason)
        self._store.settle(row.number, str(rung), str(reason))

    async def _references(self, event: EventRow) -> None:
        session = self._at_work
        rows = with_references(session.plan.objectives, session.pool.metrics(SEED))
        for recorded, derived in zip(event.payload["objectives"], rows, strict=True):
            self._same("seed", f"reference of {recorded['name']}", recorded["reference"], derived["reference"])
        self._store.set_objectives(rows)
        session.know_objectives()

    # -- proposals -------------------------------------------------------------------------------------

    async def _proposing(self, event: EventRow) -> None:
        number, generation, slot = self._number(event), event.payload["generation"], event.payload["slot"]
        self._same("run", "next individual", number, self._store.next_number())
        if slot < 0:
            propose_seed(self._store, self._at_work.plan.settings.seed, self._board.seq)
        else:
            operator = event.payload["operator"]
            plan, controls = self._plan(number, generation, slot, operator)
            self._at_work.parts.proposing.take_slot(plan, generation, controls, self._board.seq)
            compare.individual(self._recorded, self._store, number, compare.SLOT, self._moment)
            if operator != HUMAN:
                await self._at_work.fill(number, plan, controls)
        compare.individual(self._recorded, self._store, number, compare.SLOT, self._moment)

    def _plan(self, number: int, generation: int, slot: int, operator: str) -> tuple[SlotPlan, Controls]:
        """What the engine decides for a slot by what is known now."""
        session = self._at_work
        if operator != REPAIR:
            is_own = slot >= OWN_SLOTS
            decided = (
                acted.decide(session, number, slot, operator, self._moment)
                if is_own
                else session.decide(generation, slot)
            )
            return decided.plan, decided.controls
        recorded = self._recorded.individual(number)
        assert recorded is not None
        failed = self._store.individual(recorded.parents[0])
        slots, most = session.sizes.of(generation), self._board.current.repairs
        vetoed = standing(self._store.connection).vetoed
        able = failed is not None and may_repair(failed, vetoed, slots, session.proposer, most)
        self._same(f"individual {number}", "may be repaired", True, able)
        assert failed is not None
        return repair_plan(failed, slots, session.proposer), self._board.current

    async def _going_on(self, event: EventRow) -> None:
        """What a proposer tells of on its way; after a crash it is the first that is heard of it."""
        await self._ensure_filling(self._number(event))

    async def _ensure_filling(self, number: int) -> None:
        row = self._store.individual(number)
        session = self._at_work
        if row is None or row.status is not Status.PROPOSING or row.slot < 0 or session.is_filling(number):
            return
        if row.operator == HUMAN:
            session.parts.acting.enter(number)
        elif "act" in row.arguments:
            decided = session.parts.acting.begun(row)
            await session.fill(number, decided.plan, decided.controls)
        else:
            await session.fill(number, session.parts.deciding.plan_of(row), self._board.at(row.control_seq))

    async def _answered(self, event: EventRow) -> None:
        number, session = self._number(event), self._at_work
        await self._ensure_filling(number)
        asked = session.asked(number)
        self._same(f"individual {number}", "asks its model", True, asked is not None)
        assert asked is not None
        where = (asked.individual, asked.attempt, asked.step)
        kept = self._record.call(*where)
        self._same(f"individual {number}", "asks at attempt and step", kept and where, where)
        assert kept is not None
        if not session.plan.settings.llm.startswith("replay:"):  # those were put to another run's model
            name = f"call {'/'.join(map(str, where))}"
            for field in (
                "operator",
                "template",
                "persona",
                "category",
                "segment",
                "model",
                "options",
                "system",
                "prompt",
            ):
                self._same(name, field, getattr(kept.call, field), getattr(asked, field))
            self._same(name, "wordings", sorted(kept.call.wordings), sorted(asked.wordings))
        await session.answer(number, answer_of(kept.call))

    async def _filled(self, event: EventRow) -> None:
        """A slot came to its end: an individual that waits, or none."""
        number = self._number(event)
        if number == SEED:
            accept_seed(self._store, self._at_work.plan.evaluation.task.seed_source)
        await self._ensure_filling(number)
        fields = compare.SOURCE if event.kind == "accepted" else (*compare.ENDING, "source")
        compare.individual(self._recorded, self._store, number, fields, self._moment)

    async def _duplicate(self, event: EventRow) -> None:
        if event.payload["how"] == "syntax":
            await self._filled(event)
        else:
            await self._checked(event)

    # -- checks and trainings --------------------------------------------------------------------------

    async def _checked(self, event: EventRow) -> None:
        row = self._derived(event)
        self._at_work.parts.evaluating.decide(row, self._record.check(event))
        fields = compare.CHECK if event.kind == "checked" else compare.ENDING
        if not _may_be_tried_again(event):
            compare.individual(self._recorded, self._store, row.number, fields, self._moment)

    async def _training(self, event: EventRow) -> None:
        row, session = self._derived(event), self._at_work
        evaluation = self._record.next_evaluation()
        assert evaluation is not None
        self._same("run", "evaluation of individual", evaluation.individual, row.number)
        if row.status is Status.EVALUATED:
            asked = session.act_for(evaluation)
            wanted = [*session.parts.confirming.wanting(), *session.parts.idling.due()]
            due = asked is not None or (row.number, evaluation.seed) in wanted
            self._same(f"individual {row.number}", "is trained again with seed", evaluation.seed,
                       evaluation.seed if due else None)  # fmt: skip
            await session.train_again(evaluation, asked)
            return
        self._same(f"individual {row.number}", "is trained at rung", evaluation.rung, session.rung_of(row, evaluation))
        await session.train(row, evaluation)

    async def _progress(self, event: EventRow) -> None:
        number = self._number(event)
        for evaluation in self._at_work.climbing(number):
            point = self._record.point(evaluation, event.payload["step"])
            if point is not None:
                await self._at_work.see(evaluation, point)

    async def _training_ended(self, event: EventRow) -> None:
        number, session = self._number(event), self._at_work
        if event.kind == "failed" and event.payload["reason"] in (ENDED_BY_USER, POISONED):
            return  # the recovery that follows derives it
        under_way = session.under_way(number)
        if event.payload.get("reason") == CALLED_OFF and not under_way:
            acted.call_off(self._store, session, number, self._moment)
        elif event.kind == "failed" and not under_way:
            await self._checked(event)
        else:
            await self._end_training(event, number, under_way)

    async def _end_training(self, event: EventRow, number: int, under_way: list[int]) -> None:
        session = self._at_work
        self._same(f"individual {number}", "is in training", True, bool(under_way))
        evaluation = self._record.ended(event, under_way)
        given_up = event.kind == "pruned" or self._record.was_ended_by_user(evaluation)
        self._same(f"individual {number}", "training given up", given_up, session.is_cut_off(evaluation))
        await session.end(evaluation, self._record.report(evaluation), again=event.kind == "retrained")
        if event.kind in ("pruned", "failed", "evaluated") and not _may_be_tried_again(event):
            compare.individual(self._recorded, self._store, number, compare.ENDING[:3], self._moment)

    async def _interrupted(self, event: EventRow) -> None:
        await self._at_work.interrupt(self._number(event), event.payload.get("evaluation"))

    # -- small things ----------------------------------------------------------------------------------

    def _number(self, event: EventRow) -> int:
        assert event.individual is not None
        return event.individual

    def _derived(self, event: EventRow) -> IndividualRow:
        number = self._number(event)
        row = self._store.individual(number)
        self._same(f"individual {number}", "there", True, row is not None)
        assert row is not None
        return row

    def _same(self, where: str, field: str, recorded: object, derived: object) -> None:
        compare.same(where, field, recorded, derived, self._moment)


async def _always() -> bool:
    return True


def _may_be_tried_again(event: EventRow) -> bool:
    """Whether an end is one that resuming undoes, so that what stands on record of it may be of later."""
    return event.kind == "failed" and event.individual == SEED
