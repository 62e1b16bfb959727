"""Carrying out what the user asked to be done with individuals."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.report import TrainReport
from ge_tui.genome import cut
from ge_tui.llm.proposer import Proposal, Step
from ge_tui.run.acts.rules import why_no_cross, why_not
from ge_tui.run.acts.taking import scene_of, subject_of
from ge_tui.run.controls import ControlBoard
from ge_tui.run.engine.deciding import Decided
from ge_tui.run.engine.evaluating import Evaluating
from ge_tui.run.engine.proposing import HUMAN, Proposing
from ge_tui.run.engine.selection import OWN_SLOTS, SlotPlan
from ge_tui.run.store import IndividualRow, Status, Store
from ge_tui.run.store.acts import MAKES_CHILD, ActKind, ActRow, ActState, NewAct, act, acts, settle_act, settle_within
from ge_tui.run.summary import format_metric
from ge_tui.settings import Controls

CALLED_OFF = "its training was called off by the user before it began"
_ASKED = MAKES_CHILD - {ActKind.EDIT}
"""The acts that take a proposal."""


class Acting:
    """Knows the acts that wait, and does what can be done of them."""

    def __init__(
        self, store: Store, board: ControlBoard, evaluating: Evaluating, proposing: Proposing, names: Sequence[str]
    ) -> None:
        self._store = store
        self._board = board
        self._evaluating = evaluating
        self._proposing = proposing
        self._names = names
        self._under_way: set[int] = set()
        """Trainings that were asked for and have begun."""

    def waiting(self) -> list[ActRow]:
        """What is still to be done, the oldest first."""
        found = acts(self._store.connection, ActState.WAITING)
        return [row for row in found if row.seq not in self._under_way]

    def is_asked(self) -> bool:
        """Whether the user wants another proposal."""
        return any(row.kind in _ASKED for row in self.waiting())

    def kill(self) -> None:
        """End the trainings that the user wants ended."""
        for row in self.waiting():
            if row.kind is ActKind.KILL and not self._is_refused(row):
                self.end(row)

    def end(self, row: ActRow) -> None:
        """End the training of one, or see to it that it never begins."""
        if not self._evaluating.kill(row.individual):
            self._store.fail(row.individual, Outcome.KILLED, CALLED_OFF)
        settle_act(self._store, row.seq)

    def decided(self, generation: int) -> Decided | None:
        """The next child that the user asked for, as a slot of its own; it goes before those of the generation."""
        for row in self._cut_off(generation):
            return self.begun(row)
        return self.next_child()

    def begun(self, row: IndividualRow) -> Decided:
        """What was decided for the child of an act, when its slot was taken before the engine died."""
        asked = self._act_of(row)
        return Decided(row.number, _plan(asked), _as_asked(self._board.at(row.control_seq), asked), row.control_seq)

    def next_child(self) -> Decided | None:
        """The next child that is to be proposed for the user."""
        for asked in self.waiting():
            if asked.kind in _ASKED and not self._is_refused(asked):
                return Decided(None, _plan(asked), _as_asked(self._board.refresh(), asked), self._board.seq)
        return None

    def made(self, plan: SlotPlan, child: int) -> None:
        """The child of an act has its number."""
        if plan.act is not None:
            settle_act(self._store, plan.act, child=child)

    def enter_edits(self, generation: int) -> list[int]:
        """What the user wrote becomes individuals; those that wait to be checked and trained."""
        kept = self._cut_off(generation, written=True)
        entered = [row.number for row in kept if self.enter(row.number)]
        while (edit := self.next_edit()) is not None:
            number = self._proposing.take_slot(edit.plan, generation, edit.controls, edit.control_seq)
            self.made(edit.plan, number)
            if self.enter(number):
                entered.append(number)
        return entered

    def next_edit(self) -> Decided | None:
        """The next text of the user's that is to enter."""
        for asked in self.waiting():
            if asked.kind is ActKind.EDIT and not self._is_refused(asked):
                return Decided(None, _plan(asked), self._board.current, self._board.seq)
        return None

    def enter(self, number: int) -> bool:
        """An individual gets the text that the user wrote for it; whether it now waits for its evaluation."""
        row = self._store.individual(number)
        assert row is not None
        asked = self._act_of(row)
        source = self._store.text(asked.source_blob) if asked.source_blob is not None else ""
        changed = _changed(self._store.source(asked.individual) or "", source, self._names)
        detail = f"{len(changed)} segments" if len(changed) != 1 else changed[0]
        segment = changed[0] if len(changed) == 1 else ""
        proposal = Proposal(source, (Step(HUMAN, "edit", segment, f"edited by hand: {detail}"),), segment)
        return self._proposing.take_text(number, _plan(asked), proposal)

    def trainings(self) -> list[Coroutine[Any, Any, None]]:
        """What is to be trained again."""
        wanted = [row for row in self.waiting() if row.kind is ActKind.AGAIN and not self._is_refused(row)]
        return [self.again(row) for row in wanted]

    def again(self, row: ActRow) -> Coroutine[Any, Any, None]:
        """One such training."""
        self._under_way.add(row.seq)
        return self._train(row)

    def training_of(self, row: ActRow) -> tuple[str, int]:
        """The rung and the seed that such a training would have, if it began now."""
        rung, seed = str(row.arguments.get("rung") or "") or self._evaluating.rung, row.arguments.get("seed")
        return rung, self._evaluating.seed_for(row.individual, rung) if seed is None else seed

    async def _train(self, row: ActRow) -> None:
        rung = str(row.arguments.get("rung") or "")

        def settle(seed: int, report: TrainReport) -> None:
            told = f"accuracy {format_metric('accuracy', report.metrics.get('accuracy'))}"
            if report.outcome is not Outcome.OK:
                told = f"{report.outcome}: {report.reason}"
            settle_within(self._store, row.seq, f"rung {rung or self._evaluating.rung}, seed {seed}: {told}")

        try:
            await self._evaluating.train_again(row.individual, row.arguments.get("seed"), rung, settle=settle)
        finally:
            self._under_way.discard(row.seq)

    def _is_refused(self, row: ActRow) -> bool:
        """Whether an act cannot be done any more, or was begun by an engine that died; then it is settled."""
        taken = self._store.individuals("slot = ?", (OWN_SLOTS + row.seq,))
        if taken:
            settle_act(self._store, row.seq, child=taken[0].number)
            return True
        reason = self.why_not(row)
        if reason:
            settle_act(self._store, row.seq, reason, refused=True)
        return bool(reason)

    def why_not(self, row: ActRow) -> str:
        """Why an act that waits cannot be done now; empty: it can."""
        one = subject_of(self._store, row.individual)
        if one is None:
            return f"there is no individual {row.individual}"
        scene = scene_of(self._store, NewAct(row.kind, row.individual, row.other))
        if row.kind is ActKind.CROSS:
            other = None if row.other is None else subject_of(self._store, row.other)
            return why_no_cross(one, other, scene)
        return why_not(row.kind, one, scene)

    def _act_of(self, row: IndividualRow) -> ActRow:
        return act(self._store.connection, row.arguments["act"])

    def _cut_off(self, generation: int, *, written: bool = False) -> list[IndividualRow]:
        """Children of acts that were being made when the engine died: those the user wrote, or the others."""
        where = "generation = ? AND slot >= ? AND status = ? AND operator <> 'repair'"
        rows = self._store.individuals(where, (generation, OWN_SLOTS, Status.PROPOSING))
        under_way = self._proposing.under_way
        return [row for row in rows if (row.operator == HUMAN) is written and row.number not in under_way]


def _plan(asked: ActRow) -> SlotPlan:
    operator = {ActKind.CROSS: "crossover", ActKind.EDIT: HUMAN}.get(asked.kind)
    operators = (operator or str(asked.arguments.get("operator") or "mutate"),)
    return SlotPlan(OWN_SLOTS + asked.seq, asked.parents, operators, act=asked.seq)


def _as_asked(controls: Controls, asked: ActRow) -> Controls:
    """The controls for one child: what an act says of persona and aim goes before what is in force."""
    given = asked.arguments
    changes: dict[str, Any] = {}
    if given.get("persona"):
        changes["persona_locked"] = given["persona"]
    if given.get("segment") or given.get("instruction"):
        changes |= {
            "aim_segment": given.get("segment") or "",
            "aim_instruction": given.get("instruction") or "",
        }
    return controls.model_copy(update=changes) if changes else controls


def _changed(before: str, after: str, names: Sequence[str]) -> list[str]:
    """The segments in which two texts differ; the header counts as one."""
    one, other = cut(before, names), cut(after, names)
    texts = {segment.name: segment.text.strip() for segment in one.segments}
    found = [segment.name for segment in other.segments if texts.get(segment.name) != segment.text.strip()]
    return [*(["header"] if one.header.strip() != other.header.strip() else []), *found]
