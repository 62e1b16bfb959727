"""Shortcuts: what a block was given added to what it makes of it, or such a sum undone."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.anatomy import ClassInfo
from ge_tui.llm.offline.arguments import bracketed
from ge_tui.llm.offline.blocks import block_calls
from ge_tui.llm.offline.shapes import Site, Tensor
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_COMPREHENSIONS = ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp | ast.Lambda


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Add a shortcut around `self.block(value)` that keeps the shape; seldom remove one."""
    options: list[Option] = [
        (1.0, partial(_around, subject, site, info, name))
        for site, info, name in block_calls(subject)
        if not _has_shortcut(subject, site)
    ]
    for node, uses in subject.trace.sums.items():
        if subject.is_open(node) and isinstance(node.op, ast.Add) and _same_shapes(uses):
            if isinstance(node.right, ast.Name) and isinstance(node.left, ast.Call):
                options.append((0.15, partial(_undone, subject, node, node.left)))
            elif isinstance(node.left, ast.Name) and isinstance(node.right, ast.Call):
                options.append((0.15, partial(_undone, subject, node, node.right)))
    yield from drawn(options, rng)


def _around(subject: Subject, site: Site, info: ClassInfo, name: str) -> Draft:
    """`x` becomes `(x + self.block(x))`; what is not a plain name is kept in a new one first."""
    given = site.node.args[0]
    text = subject.anatomy.written(given)
    draft = subject.draft(f"shortcut around {name} in {info.name}")
    if isinstance(given, ast.Name):
        return draft.replace(site.node, f"({text} + self.{name}({text}))")
    kept = fresh_local(info, "kept")
    return draft.replace(site.node, f"(({kept} := {text}) + self.{name}({kept}))")


def fresh_local(info: ClassInfo, stem: str) -> str:
    """A name that the class uses for nothing yet."""
    number = 1
    while (name := stem if number == 1 else f"{stem}{number}") in info.attributes.locals:
        number += 1
    return name


def _has_shortcut(subject: Subject, site: Site) -> bool:
    """Whether the call is part of a sum already, or stands where no name can be kept."""
    parent = subject.anatomy.parent(site.node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
        return True
    return any(isinstance(outer, _COMPREHENSIONS) for outer in subject.anatomy.ancestors(site.node))


def _same_shapes(uses: list[tuple[object, object]]) -> bool:
    return all(
        isinstance(one, Tensor) and isinstance(other, Tensor) and one.shape == other.shape for one, other in uses
    )


def _undone(subject: Subject, node: ast.BinOp, kept: ast.expr) -> Draft:
    draft = subject.draft(f"a sum reduced to one of its sides in {subject.where(node)}")
    return draft.replace(node, bracketed(kept, subject.anatomy.written(kept)))
