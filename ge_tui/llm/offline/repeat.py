"""More depth: a block that keeps the shape, once more behind itself with weights of its own."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.anatomy import ClassInfo
from ge_tui.llm.offline.blocks import block_calls, depths, listed_blocks
from ge_tui.llm.offline.shapes import Site
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Repeat a `self.block(...)` or an element of a Sequential or list, or lengthen a building loop."""
    options: list[Option] = [
        (1.0, partial(_called_twice, subject, site, info, name)) for site, info, name in block_calls(subject)
    ]
    options += [(1.0, partial(_listed_twice, subject, node)) for node, _ in listed_blocks(subject)]
    options += [(1.0, partial(_deeper, subject, literal, depth)) for literal, depth in depths(subject)]
    yield from drawn(options, rng)


def _called_twice(subject: Subject, site: Site, info: ClassInfo, name: str) -> Draft | None:
    statement = info.members[name]
    twin = info.fresh(re.sub(r"_\d+$", "", name))
    draft = subject.draft(f"{name} repeated as {twin} in {info.name}")
    draft.replace(site.node, f"self.{twin}({subject.anatomy.written(site.node)})")
    return draft.line_after(statement, f"self.{twin} = {subject.anatomy.written(statement.value)}")


def _listed_twice(subject: Subject, node: ast.Call) -> Draft:
    text = subject.anatomy.written(node)
    return subject.draft(f"{text.split('(')[0]} repeated in {subject.where(node)}").after(node, f", {text}")


def _deeper(subject: Subject, literal: ast.Constant, depth: int) -> Draft:
    return subject.draft(f"depth {depth} -> {depth + 1} in {subject.where(literal)}").replace(literal, str(depth + 1))
