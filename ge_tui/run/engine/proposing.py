"""Filling one slot: the decision, the attempts, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ge_tui.evaluation.task import Task
from ge_tui.genome import cut, find_problem, syntax_hash
from ge_tui.llm.offline_proposer import OfflineProposer
from ge_tui.llm.proposer import Aim, Brief, Failure, Parent, Proposal, Proposer, Refusal, Story
from ge_tui.run.crediting import (
    CATEGORY,
    MODEL,
    PERSONA,
    TEMPERATURE,
    as_the_user_set_it,
    program_chooses,
    weights_in_force,
)
from ge_tui.run.engine.selection import Maker, SlotPlan
from ge_tui.run.memory import as_told, lessons, live_insights
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, Arm, NewIndividual, Store
from ge_tui.run.store.wordings import living_versions
from ge_tui.search import Objective, draw
from ge_tui.settings import Controls

HUMAN = "human"
"""The operator, and the source, of what the user wrote."""


class Proposing:
    """Turns slot plans into individuals that wait for their evaluation, or says why none came."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        proposer: Proposer,
        task: Task,
        names: Sequence[str],
        seed: int,
        attempts: int,
        exemplars: Callable[[int], list[int]],
        objectives: Sequence[Objective],
    ) -> None:
        """`exemplars` names the individuals whose changes may be learned from in a generation."""
        self._store = store
        self._pool = pool
        self._proposer = proposer
        self._offline = OfflineProposer()
        self._task = task
        self._names = names
        self._seed = seed
        self._attempts = attempts
        self._exemplars = exemplars
        self._objectives = objectives
        self.under_way: set[int] = set()
        """The individuals that are being made."""

    def take_slot(self, plan: SlotPlan, generation: int, controls: Controls, control_seq: int) -> int:
        """Put the decision on record; the number of the individual to be."""
        number = self._store.next_number()
        self.under_way.add(number)
        self._store.propose(
            NewIndividual(
                number=number,
                generation=generation,
                slot=plan.slot,
                operator=plan.operators[0],
                proposer=HUMAN if plan.operators == (HUMAN,) else self._maker(plan).name,
                parents=plan.parents,
                draw=f"{self._seed}/{generation}/{plan.slot}",
                control_seq=control_seq,
                temperature=controls.temperature,
                arguments=_decision(plan),
            )
        )
        return number

    async def fill(self, number: int, plan: SlotPlan, generation: int, controls: Controls) -> bool:
        """Try for a source; whether the individual now waits for its evaluation.

        A duplicate or a refusal is followed by another attempt with draws of its own. The last attempt's
        end is the slot's: a duplicate is linked to its original, anything else is rejected with the reason.
        """
        self.under_way.add(number)
        proposer = self._maker(plan)
        parents = tuple(self._parent(parent) for parent in plan.parents)
        refusal, twin, source = "", None, None
        for attempt in range(self._attempts):
            brief = Brief(
                _operators(plan, attempt),
                parents,
                self._task.contract,
                controls.temperature,
                controls.operator,
                draw(self._seed, generation, plan.slot, f"proposal/{attempt}"),
                self._story(number, attempt, plan, generation, controls) if proposer.asks else None,
            )
            answer = await proposer.propose(brief)
            if isinstance(answer, Refusal):
                refusal, source, twin = answer.detail, None, None
                continue
            source = answer.source
            digest, refusal, twin = self._look(number, plan, answer.source)
            if digest and twin is None:
                self._accept(number, plan, answer, digest, attempt)
                return True
        return self._end(number, refusal, twin, source)

    def take_text(self, number: int, plan: SlotPlan, proposal: Proposal) -> bool:
        """As `fill`, with a text that is there already: there is nobody to ask again."""
        digest, refusal, twin = self._look(number, plan, proposal.source)
        if digest and twin is None:
            self._accept(number, plan, proposal, digest, 0)
            return True
        return self._end(number, refusal, twin, proposal.source)

    def _look(self, number: int, plan: SlotPlan, source: str) -> tuple[str, str, int | None]:
        """The digest of a text, empty where it cannot be a child; why it cannot; whom it equals."""
        child = cut(source, self._names)
        digest, problem = syntax_hash(child), find_problem(child, self._task.contract)
        if digest is None or problem is not None:
            return "", problem.detail if problem else "the text is not Python", None
        return digest, "", self._store.twin("syntax_hash", digest, number, plan.maker.arm)

    def _end(self, number: int, refusal: str, twin: int | None, source: str | None) -> bool:
        """Nothing came of a slot that is new."""
        if twin is not None:
            self._store.link_duplicate(number, twin, "syntax", source)
        else:
            self._store.reject(number, refusal, source)
        return False

    def _accept(self, number: int, plan: SlotPlan, proposal: Proposal, digest: str, attempt: int) -> None:
        arguments = {
            **_decision(plan),
            "steps": [asdict(step) for step in proposal.steps],
            "attempt": attempt,
            **({"model": proposal.model} if proposal.model else {}),
            **proposal.arguments,
        }
        self._store.accept(
            number,
            proposal.source,
            digest,
            segment=proposal.segment or None,
            arguments=arguments,
            persona=proposal.persona,
            category=proposal.category,
            temperature=proposal.temperature,
        )

    def _maker(self, plan: SlotPlan) -> Proposer:
        return self._offline if plan.maker is Maker.OFFLINE_BASELINE else self._proposer

    def _parent(self, number: int) -> Parent:
        genome = self._pool.genome(number, self._names)
        trained = self._store.evaluations(number) if self._proposer.asks else []
        evaluations = [row for row in trained if row.status == "ok"]  # it may be in training again
        curve = tuple(self._store.curve(evaluations[-1].id)) if evaluations else ()
        return Parent(number, genome, self._pool.metrics(number), curve)

    def _story(self, number: int, attempt: int, plan: SlotPlan, generation: int, controls: Controls) -> Story:
        """What a language model is told beyond the parents: a baseline nothing of the run."""
        seed, failure = self._parent(SEED), self._failure(plan)
        if plan.maker is not Maker.EVOLUTION:
            controls = as_the_user_set_it(controls)
            return Story(number, attempt, *self._weights(controls), seed,
                         temperature_spread=controls.temperature_spread,
                         temperatures=_bands(controls), failure=failure, top_p=controls.top_p or None)  # fmt: skip
        thinks = "eot" in plan.operators
        elites = tuple(self._parent(elite) for elite in self._exemplars(generation)) if thinks else ()
        learned_from = [elite.number for elite in elites]
        insights = live_insights(self._store, self._pool, self._objectives, learned_from) if thinks else []
        return Story(
            number,
            attempt,
            *self._weights(controls),
            seed,
            elites,
            tuple(member.metrics for member in self._pool.evolved_front),
            tuple(map(as_told, insights)),
            lessons(self._store, self._pool, self._objectives),
            controls.temperature_spread,
            _bands(controls),
            failure,
            Aim(controls.aim_segment, controls.aim_instruction),
            living_versions(self._store.connection),
            controls.top_p or None,
        )

    def _weights(self, controls: Controls) -> tuple[Mapping[str, float], Mapping[str, float], Mapping[str, float]]:
        """Of personas, categories and models."""
        return (
            weights_in_force(controls, PERSONA),
            weights_in_force(controls, CATEGORY),
            weights_in_force(controls, MODEL, self._proposer.models),
        )

    def _failure(self, plan: SlotPlan) -> Failure | None:
        failed = self._store.individual(plan.parents[0]) if "repair" in plan.operators else None
        return Failure(str(failed.outcome), failed.reason, failed.segment) if failed is not None else None


def _decision(plan: SlotPlan) -> dict[str, Any]:
    """What is on record of a slot from the moment it is taken."""
    arm = {} if plan.maker.arm is Arm.EVOLUTION else {"arm": plan.maker.arm.value}
    return {"operators": list(plan.operators), **arm, **({} if plan.act is None else {"act": plan.act})}


def _bands(controls: Controls) -> Mapping[str, float]:
    """The weights of the bands of temperatures; none where the user has them all alike."""
    return weights_in_force(controls, TEMPERATURE) if program_chooses(controls, TEMPERATURE) else {}


def _operators(plan: SlotPlan, attempt: int) -> tuple[str, ...]:
    """A crossover of near relatives gives one of them again: after the first attempt it is followed by a mutation."""
    return (*plan.operators, "mutate") if attempt and plan.operators == ("crossover",) else plan.operators
