"""Dropout: another rate, a new place for it, or one place less."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.arguments import bracketed
from ge_tui.llm.offline.blocks import without_call
from ge_tui.llm.offline.shapes import Instance, Layer, Path, Site
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_HIGHEST = 0.75
_WRITTEN = {2: "dropout", 3: "dropout", 4: "dropout2d"}
"""What is dropped, by the rank of the tensor: features, or whole channels of an image."""


def propose(subject: Subject, rng: random.Random, temperature: float) -> Iterator[Draft]:
    """Change a rate; put dropout behind a block, or take it out of a place."""
    options: list[Option] = []
    for literal in subject.trace.rates:
        if isinstance(literal.value, float) and subject.is_open(literal):
            rate = _moved(literal.value, rng, temperature)
            options.append((3.0, partial(_changed, subject, literal, rate)))
    for site in subject.sites():
        if _is_dropout(site):
            options.append((0.4, partial(_removed, subject, site)))
        elif isinstance(site.callee, Instance) and not _is_dropped(subject, site):
            rate = round(rng.uniform(0.02, 0.1 + 0.1 * temperature), 2)
            options.append((0.3, partial(_added, subject, site, rate)))
    yield from drawn(options, rng)


def _moved(rate: float, rng: random.Random, temperature: float) -> float:
    step = rng.uniform(0.05, 0.1 + 0.2 * temperature)
    up = rng.random() < 0.5
    if rate - step < 0:
        up = True
    elif rate + step > _HIGHEST:
        up = False
    return round(min(_HIGHEST, rate + step if up else rate - step), 2)


def _changed(subject: Subject, literal: ast.Constant, rate: float) -> Draft:
    detail = f"dropout {literal.value!r} -> {rate} in {subject.spot(literal)}"
    return subject.draft(detail).replace(literal, str(rate))


def _added(subject: Subject, site: Site, rate: float) -> Draft | None:
    ranks = {len(shape) for shape in site.shapes}
    written = _WRITTEN.get(min(ranks)) if len(ranks) == 1 else None
    spelled = subject.anatomy.spell(f"torch.nn.functional.{written}")
    function = subject.anatomy.function_of(site.node)
    in_method = function is not None and function.args.args and function.args.args[0].arg == "self"
    if written is None or spelled is None or not in_method:
        return None
    text = subject.anatomy.written(site.node)
    detail = f"{written} of {rate} behind {subject.anatomy.written(site.node.func)} in {subject.where(site.node)}"
    return subject.draft(detail).replace(site.node, f"{spelled}({text}, p={rate}, training=self.training)")


def _removed(subject: Subject, site: Site) -> Draft | None:
    detail = f"dropout taken out of {subject.where(site.node)}"
    if isinstance(site.callee, Layer):
        return without_call(subject, site, detail)
    inner = site.node.args[0]
    return subject.draft(detail).replace(site.node, bracketed(inner, subject.anatomy.written(inner)))


def _is_dropout(site: Site) -> bool:
    """Whether a call applies dropout, as a module or as a function."""
    if isinstance(site.callee, Layer):
        return site.callee.kind.startswith("Dropout")
    is_function = isinstance(site.callee, Path) and site.callee.last in _WRITTEN.values()
    return is_function and bool(site.node.args)


def _is_dropped(subject: Subject, site: Site) -> bool:
    parent = subject.anatomy.parent(site.node)
    around = subject.trace.sites.get(parent) if isinstance(parent, ast.Call) else None
    return around is not None and _is_dropout(around)
