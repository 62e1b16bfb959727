"""Which blocks of a network keep the shape of what they are given, and how to take one out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ge_tui.llm.offline.anatomy import ClassInfo
from ge_tui.llm.offline.arguments import bracketed
from ge_tui.llm.offline.shapes import Instance, Layer, Path, Site, keeps_shape
from ge_tui.llm.offline.subject import Draft, Subject

_HEAVY = ("Sequential", "Conv1d", "Conv2d", "Linear")
_DEEPEST = 24


def block_calls(subject: Subject) -> Iterator[tuple[Site, ClassInfo, str]]:
    """Calls `self.name(value)` of a block that keeps the shape, made by one line of `__init__`."""
    for site in subject.sites():
        member = subject.member_call(site)
        if member is None or not site.keeps_shape or not is_block(site.callee):
            continue
        info, name = member
        if name in info.members and subject.anatomy.function_of(site.node) is info.methods.get("forward"):
            yield site, info, name


def is_block(value: object) -> bool:
    """A module with weights that does more than scale or shift; gates are looked after elsewhere."""
    if isinstance(value, Instance):
        return value.params > 0 and not is_gate(value.info)
    return isinstance(value, Layer) and value.kind in _HEAVY


def is_gate(info: ClassInfo) -> bool:
    """Whether a class scales its input by something it computes from it, and does nothing else to it."""
    forward = info.methods.get("forward")
    if forward is None or len(forward.args.args) != 2 or not forward.body:
        return False
    last = forward.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return False
    given = forward.args.args[1].arg
    return any(isinstance(side, ast.Name) and side.id == given for side in (value.left, value.right))


def listed_blocks(subject: Subject) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Constructions inside a Sequential or a list, of blocks that keep the shape; with all elements."""
    for site in subject.sites():
        made = [each for each in site.results if isinstance(each, Layer | Instance) and is_block(each)]
        if len(made) < len(site.results) or not all(keeps_shape(each.uses) for each in made):
            continue
        parent = subject.anatomy.parent(site.node)
        if isinstance(parent, ast.List):
            yield site.node, parent.elts
        elif isinstance(parent, ast.Call) and site.node in parent.args:
            around = subject.trace.sites.get(parent)
            if around and isinstance(around.callee, Path) and around.callee.name == "torch.nn.Sequential":
                yield site.node, parent.args


def depths(subject: Subject) -> Iterator[tuple[ast.Constant, int]]:
    """Literals that say how often a building loop goes round."""
    for literal in subject.trace.depths:
        depth = literal.value
        if type(depth) is int and 1 <= depth <= _DEEPEST and subject.is_open(literal):
            yield literal, depth


def without_call(subject: Subject, site: Site, detail: str) -> Draft | None:
    """Put the argument of `self.name(value)` in its place; the module goes too, if nothing else uses it."""
    member = subject.member_call(site)
    if member is None:
        return None
    info, name = member
    inner = site.node.args[0]
    draft = subject.draft(detail).replace(site.node, bracketed(inner, subject.anatomy.written(inner)))
    if name in info.members and info.attributes.count(name, ast.Load) == 1:
        return draft.without_line(info.members[name])
    return draft
