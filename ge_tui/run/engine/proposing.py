"""Filling one slot: the decision, the attempts, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from ge_tui.evaluation.task import Task
from ge_tui.genome import cut, find_problem, syntax_hash
from ge_tui.llm.proposer import Brief, Failure, Parent, Proposal, Proposer, Refusal, Story
from ge_tui.run.crediting import weights_in_force
from ge_tui.run.engine.selection import SlotPlan
from ge_tui.run.memory import as_told, lessons, live_insights
from ge_tui.run.pool import Pool
from ge_tui.run.store import NewIndividual, Store
from ge_tui.search import Objective, draw
from ge_tui.settings import Controls


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
        self._task = task
        self._names = names
        self._seed = seed
        self._attempts = attempts
        self._exemplars = exemplars
        self._objectives = objectives

    def take_slot(self, plan: SlotPlan, generation: int, controls: Controls, control_seq: int) -> int:
        """Put the decision on record; the number of the individual to be."""
        number = self._store.next_number()
        self._store.propose(
            NewIndividual(
                number=number,
                generation=generation,
                slot=plan.slot,
                operator=plan.operators[0],
                proposer=self._proposer.name,
                parents=plan.parents,
                draw=f"{self._seed}/{generation}/{plan.slot}",
                control_seq=control_seq,
                temperature=controls.temperature,
                arguments={"operators": list(plan.operators)},
            )
        )
        return number

    async def fill(self, number: int, plan: SlotPlan, generation: int, controls: Controls) -> bool:
        """Try for a source; whether the individual now waits for its evaluation.

        A duplicate or a refusal is followed by another attempt with draws of its own. The last attempt's
        end is the slot's: a duplicate is linked to its original, anything else is rejected with the reason.
        """
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
                self._story(number, attempt, plan, generation, controls) if self._proposer.asks else None,
            )
            answer = await self._proposer.propose(brief)
            if isinstance(answer, Refusal):
                refusal, source, twin = answer.detail, None, None
                continue
            source, twin = answer.source, None
            child = cut(answer.source, self._names)
            digest, problem = syntax_hash(child), find_problem(child, self._task.contract)
            if digest is None or problem is not None:
                refusal = problem.detail if problem else "the text is not Python"
                continue
            twin = self._store.twin("syntax_hash", digest, number)
            if twin is None:
                self._accept(number, plan, answer, digest, attempt)
                return True
        if twin is not None:
            self._store.link_duplicate(number, twin, "syntax", source)
        else:
            self._store.reject(number, refusal, source)
        return False

    def _accept(self, number: int, plan: SlotPlan, proposal: Proposal, digest: str, attempt: int) -> None:
        arguments = {
            "operators": list(plan.operators),
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

    def _parent(self, number: int) -> Parent:
        genome = self._pool.genome(number, self._names)
        evaluations = self._store.evaluations(number) if self._proposer.asks else []
        curve = tuple(self._store.curve(evaluations[-1].id)) if evaluations else ()
        return Parent(number, genome, self._pool.metrics(number), curve)

    def _story(self, number: int, attempt: int, plan: SlotPlan, generation: int, controls: Controls) -> Story:
        """What a language model is told beyond the parents."""
        thinks = "eot" in plan.operators
        elites = tuple(self._parent(elite) for elite in self._exemplars(generation)) if thinks else ()
        front = tuple(member.metrics for member in self._pool.front)
        failure = None
        if "repair" in plan.operators:
            failed = self._store.individual(plan.parents[0])
            if failed is not None:
                failure = Failure(str(failed.outcome), failed.reason, failed.segment)
        seed = self._parent(0)
        insights = live_insights(self._store, self._pool, self._objectives) if thinks else []
        return Story(
            number,
            attempt,
            weights_in_force(controls, "persona"),
            weights_in_force(controls, "category"),
            {name: controls.model.get(name, 1.0) for name in self._proposer.models},
            seed,
            elites,
            front,
            tuple(map(as_told, insights)),
            lessons(self._store, self._pool, self._objectives),
            controls.temperature_spread,
            failure,
        )


def _operators(plan: SlotPlan, attempt: int) -> tuple[str, ...]:
    """A crossover of near relatives gives one of them again: after the first attempt it is followed by a mutation."""
    return (*plan.operators, "mutate") if attempt and plan.operators == ("crossover",) else plan.operators
