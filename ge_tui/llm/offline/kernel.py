"""Kernel sizes of convolutions, with the padding that keeps the image as large as it was."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.arguments import argument
from ge_tui.llm.offline.shapes import Layer
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_LARGEST = 9


def propose(subject: Subject, rng: random.Random, temperature: float) -> Iterator[Draft]:
    """Make one kernel larger or smaller by an even step, so that odd stays odd.

    Handles are the literals that reach a convolution: as an argument of a block, whose padding then follows
    by itself, or in the call of the convolution, whose padding changes with it.
    """
    reach = 2 if temperature < 0.6 else _LARGEST
    options: list[Option] = []
    for literal in subject.trace.kernels:
        size = literal.value
        if type(size) is not int or not subject.is_open(literal):
            continue
        sizes = [new for new in range(2 + size % 2, _LARGEST + 1, 2) if 0 < abs(new - size) <= reach]
        options += [(1 / abs(new - size), partial(_resized, subject, literal, new)) for new in sizes]
    yield from drawn(options, rng)


def _resized(subject: Subject, literal: ast.Constant, new: int) -> Draft | None:
    size = literal.value
    assert isinstance(size, int)
    draft = subject.draft(f"kernel {size} -> {new} in {subject.spot(literal)}").replace(literal, str(new))
    call = _convolution(subject, literal)
    if call is None:
        return draft
    padding = argument(call, "padding", 4)
    if padding is None:
        if size == 1:  # a pointwise convolution mixes channels; making it spatial is not a kernel tweak
            return None
        return draft
    if isinstance(padding, ast.Constant) and type(padding.value) is int:
        around = padding.value + (new - size) // 2
        return draft.replace(padding, str(around)) if around >= 0 else None
    return draft


def _convolution(subject: Subject, literal: ast.Constant) -> ast.Call | None:
    """The call of a convolution that a literal stands directly in."""
    parent = subject.anatomy.parent(literal)
    if isinstance(parent, ast.keyword):
        parent = subject.anatomy.parent(parent)
    if not isinstance(parent, ast.Call):
        return None
    site = subject.trace.sites.get(parent)
    return parent if site and any(isinstance(made, Layer) for made in site.results) else None
