"""Channel widths: all literals that must agree change together, in steps of four."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from functools import partial

from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_SMALLEST = 4
_STEP = 4
_ALL = 0.35
"""How often all widths are scaled by the same factor."""


def propose(subject: Subject, rng: random.Random, temperature: float) -> Iterator[Draft]:
    """Scale one group of tied widths, or now and then all of them by the same factor.

    Which literals are tied comes from the dry run: two that meet as the channels of one tensor.
    """
    groups = [group for group in subject.trace.widths() if _may_change(subject, group)]
    if len(groups) > 1 and rng.random() < _ALL:
        every = _scaled(subject, groups, _factor(rng, temperature))
        if every is not None:
            yield every
    options: list[Option] = [(1.0, partial(_scaled, subject, [group], _factor(rng, temperature))) for group in groups]
    yield from drawn(options, rng)


def _may_change(subject: Subject, group: Sequence[ast.Constant]) -> bool:
    return _base(group) >= _SMALLEST and all(subject.is_open(literal) for literal in group)


def _base(group: Sequence[ast.Constant]) -> int:
    """The smallest width of a group; the others are multiples of it, or the group cannot be scaled."""
    return min(literal.value if type(literal.value) is int else 0 for literal in group)


def _factor(rng: random.Random, temperature: float) -> float:
    """Mild: about a fifth up or down. Bold: up to twice or half."""
    exponent = rng.uniform(0.35, 1.0) * (0.3 + 0.7 * temperature)
    return float(2.0 ** (exponent if rng.random() < 0.5 else -exponent))


def _scaled(subject: Subject, groups: Sequence[Sequence[ast.Constant]], factor: float) -> Draft | None:
    steps = []
    draft = subject.draft("")
    for group in groups:
        base = _base(group)
        target = max(_SMALLEST, round(base * factor / _STEP) * _STEP)
        if target == base:
            target = max(_SMALLEST, base + (_STEP if factor > 1 else -_STEP))
        if target == base:
            continue
        steps.append(f"{base} -> {target}")
        for literal in group:
            if not isinstance(literal.value, int) or literal.value * target % base:
                return None
            draft.replace(literal, str(literal.value * target // base))
    if not steps:
        return None
    draft.detail = f"channels {', '.join(steps)} in {subject.where(groups[0][0])}"
    return draft
