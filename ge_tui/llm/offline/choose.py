"""Drawing an operator, and looking at what it made before anyone else does."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from ge_tui.genome import Contract, Genome, syntax_hash
from ge_tui.llm.offline.edit import Edit
from ge_tui.llm.offline.operators import OPERATORS
from ge_tui.llm.offline.shapes import Tensor, Trace
from ge_tui.llm.offline.subject import Subject, examine, examine_at, shuffled

_TRIES = 6
_GROWTH = 4.0
_SHRINKAGE = 0.15
_MORE_WORK = 5.0


def mutate(
    genome: Genome,
    contract: Contract,
    rng: random.Random,
    *,
    temperature: float,
    weights: Mapping[str, float] = {},
    segment: str | None = None,
) -> Edit | None:
    """Make a child by one change, without an LLM. None where no operator finds anything to change.

    Operators are drawn by weight (1 where none is given, 0 is off) until one succeeds. `temperature`, from
    0 to 2, says how far a change goes. With `segment`, only that segment changes. The child parses, differs
    from its parent, and in a dry run its shapes fit at least as well as the parent's.
    """
    subject = replace(examine(genome, contract), segment=segment)
    ordered = shuffled([(weights.get(name, 1.0), operator) for name, operator in OPERATORS.items()], rng)
    strength = min(2.0, max(0.0, temperature))
    for operator in ordered:
        for draft in islice(operator.propose(subject, rng, strength), _TRIES):
            child = draft.child()
            if is_sound(subject, child):
                return Edit(child.source, operator.name, draft.segment, draft.detail)
    return None


def is_sound(parent: Subject, child: Genome) -> bool:
    """Whether a child is another program than its parent and, as far as a dry run can tell, works."""
    before, after = syntax_hash(parent.anatomy.genome), syntax_hash(child)
    if after is None or after == before:
        return False
    return _fits(parent.trace, examine_at(child, parent.contract, parent.size).trace)


def _fits(parent: Trace, child: Trace) -> bool:
    """The shapes of a child fit as well as its parent's, and its size is not out of all proportion."""
    if len(child.problems) > len(parent.problems):
        return False
    if isinstance(parent.output, Tensor) and (
        not isinstance(child.output, Tensor) or child.output.shape != parent.output.shape
    ):
        return False
    if parent.params and not _SHRINKAGE <= child.params / parent.params <= _GROWTH:
        return False
    return not parent.work or child.work <= _MORE_WORK * parent.work
