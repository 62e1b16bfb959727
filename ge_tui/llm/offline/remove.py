"""Less depth: a block or convolution that keeps the shape is left out."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.blocks import block_calls, depths, listed_blocks, without_call
from ge_tui.llm.offline.shapes import Instance
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Leave out a `self.block(...)`, an element of a Sequential or list, or a round of a building loop."""
    options: list[Option] = []
    for site, info, name in block_calls(subject):
        weight = 1.0 if isinstance(site.callee, Instance) else 0.5
        detail = f"{name} removed from {info.name}"
        options.append((weight, partial(without_call, subject, site, detail)))
    for node, siblings in listed_blocks(subject):
        if len(siblings) > 1:
            options.append((1.0, partial(_unlisted, subject, node, siblings)))
    for literal, depth in depths(subject):
        if depth > 1:
            options.append((1.0, partial(_shallower, subject, literal, depth)))
    yield from drawn(options, rng)


def _unlisted(subject: Subject, node: ast.Call, siblings: list[ast.expr]) -> Draft:
    name = subject.anatomy.written(node).split("(")[0]
    draft = subject.draft(f"{name} removed from {subject.where(node)}")
    return draft.unlist(node, siblings)


def _shallower(subject: Subject, literal: ast.Constant, depth: int) -> Draft:
    return subject.draft(f"depth {depth} -> {depth - 1} in {subject.where(literal)}").replace(literal, str(depth - 1))
