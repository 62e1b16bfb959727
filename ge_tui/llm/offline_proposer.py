"""Proposals from the offline operators: what the program does on a machine without an LLM."""

from __future__ import annotations

from ge_tui.genome import cut
from ge_tui.llm import offline
from ge_tui.llm.proposer import Brief, Proposal, Refusal, Step


class OfflineProposer:
    """Applies shape-aware operators to the source text. Deterministic in the brief's generator."""

    name = "offline"
    lanes = 1
    models: tuple[str, ...] = ()
    asks = False

    async def propose(self, brief: Brief) -> Proposal | Refusal:
        """One change for each operator of the brief."""
        genome = brief.parents[0].genome
        steps: list[Step] = []
        for operator in brief.operators:
            if operator == "crossover":
                edit = offline.crossover(genome, brief.parents[1].genome, brief.contract, brief.rng)
            else:
                edit = offline.mutate(
                    genome, brief.contract, brief.rng, temperature=brief.temperature, weights=brief.weights
                )
            if edit is not None:
                steps.append(Step(operator, edit.operator, edit.segment, edit.detail))
                genome = cut(edit.source, genome.names)
        if not steps:
            return Refusal("no_handle", f"no operator found anything to change for {' and '.join(brief.operators)}")
        segments = {step.segment for step in steps}
        return Proposal(genome.source, tuple(steps), segments.pop() if len(segments) == 1 else "")

    async def close(self) -> None:
        """There is nothing to close."""
