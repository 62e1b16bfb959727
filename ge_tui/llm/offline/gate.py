"""Channel gates (squeeze and excitation): switched, resized, put behind a layer or taken out."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.anatomy import ClassInfo
from ge_tui.llm.offline.blocks import is_gate, without_call
from ge_tui.llm.offline.residual import fresh_local
from ge_tui.llm.offline.shapes import Instance, Layer, Site
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_RATIOS = (2, 3, 4, 6, 8, 12, 16)
_NOT_GATED = ("Dropout", "Identity")


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Flip a flag that decides what is built; change a ratio inside a block; insert or remove a gate."""
    options: list[Option] = [
        (1.0, partial(_flipped, subject, literal))
        for literal in subject.trace.flags
        if isinstance(literal.value, bool) and subject.is_open(literal)
    ]
    for literal, bases in subject.trace.factors.items():
        if _is_ratio(subject, literal, bases):
            others = [ratio for ratio in _RATIOS if ratio != literal.value]
            options += [(2.0 / len(others), partial(_resized, subject, literal, ratio)) for ratio in others]
    gates = [info for info in subject.anatomy.classes.values() if is_gate(info)]
    for site in subject.sites():
        if isinstance(site.callee, Instance) and is_gate(site.callee.info):
            detail = f"gate {site.callee.info.name} removed from {subject.where(site.node)}"
            options.append((0.5, partial(without_call, subject, site, detail)))
        elif _may_be_gated(subject, site):
            options += [(0.3 / len(gates), partial(_inserted, subject, site, gate)) for gate in gates]
            if not gates:
                options.append((0.3, partial(_scaled, subject, site)))
    yield from drawn(options, rng)


def _flipped(subject: Subject, literal: ast.Constant) -> Draft:
    draft = subject.draft(f"flag {literal.value!r} -> {not literal.value} in {subject.spot(literal)}")
    return draft.replace(literal, str(not literal.value))


def _is_ratio(subject: Subject, literal: ast.Constant, bases: tuple[ast.Constant, ...]) -> bool:
    """A whole number that divides or multiplies a width; not the 2 of `kernel_size // 2`."""
    if type(literal.value) is not int or literal.value < 2 or not subject.is_open(literal):
        return False
    return not bases or any(base in subject.trace.channels for base in bases if base not in subject.trace.kernels)


def _resized(subject: Subject, literal: ast.Constant, ratio: int) -> Draft:
    draft = subject.draft(f"ratio {literal.value!r} -> {ratio} in {subject.spot(literal)}")
    return draft.replace(literal, str(ratio))


def _may_be_gated(subject: Subject, site: Site) -> bool:
    """A call `self.name(value)` that gives images, outside the gates themselves and not gated yet."""
    member = subject.member_call(site)
    shapes = site.shapes
    if member is None or not shapes or any(len(shape) != 4 or shape[1] < 8 for shape in shapes):
        return False
    info, name = member
    if is_gate(info) or name not in info.members or not isinstance(site.callee, Instance | Layer):
        return False
    if isinstance(site.callee, Layer) and site.callee.kind.startswith(_NOT_GATED):
        return False
    parent = subject.anatomy.parent(site.node)
    around = subject.trace.sites.get(parent) if isinstance(parent, ast.Call) else None
    return not (around and isinstance(around.callee, Instance) and is_gate(around.callee.info))


def _inserted(subject: Subject, site: Site, gate: ClassInfo) -> Draft | None:
    """A new `self.gate_N` of a class of the file, behind a call."""
    member = subject.member_call(site)
    if member is None:
        return None
    info, name = member
    statement = info.members[name]
    width = _width_text(subject, site, statement.value)
    if width is None:
        return None
    attribute = info.fresh("gate")
    draft = subject.draft(f"gate {gate.name} behind {name} in {info.name}")
    draft.replace(site.node, f"self.{attribute}({subject.anatomy.written(site.node)})")
    return draft.line_after(statement, f"self.{attribute} = {gate.name}({', '.join([width, *_others(gate)])})")


def _width_text(subject: Subject, site: Site, construction: ast.expr) -> str | None:
    """How the class writes the channels a module gives: an argument of its construction that equals them."""
    built = subject.trace.sites.get(construction) if isinstance(construction, ast.Call) else None
    if built is None or any(isinstance(argument, ast.Starred) for argument in built.node.args):
        return None
    given = {id(made): arguments for made, arguments in zip(built.results, built.arguments, strict=True)}
    for at in reversed(range(len(built.node.args))):
        argument = built.node.args[at]
        fits = all(
            id(callee) in given and given[id(callee)][at] == shape[1]
            for callee, shape in zip(site.callees, site.shapes, strict=True)
        )
        if fits and isinstance(argument, ast.Name | ast.Constant):
            return subject.anatomy.written(argument)
    return None


def _others(gate: ClassInfo) -> list[str]:
    """Values for the arguments behind the width that have no default: a squeeze to a quarter."""
    init = gate.methods.get("__init__")
    if init is None:
        return []
    needed = len(init.args.args) - len(init.args.defaults) - 2
    return ["4"] * max(0, needed)


def _scaled(subject: Subject, site: Site) -> Draft | None:
    """Where the file has no gate: scale each channel by its own mean, without weights."""
    member = subject.member_call(site)
    sigmoid = subject.anatomy.spell("torch.sigmoid")
    if member is None or sigmoid is None:
        return None
    info, name = member
    kept = fresh_local(info, "gated")
    text = subject.anatomy.written(site.node)
    draft = subject.draft(f"gate without weights behind {name} in {info.name}")
    return draft.replace(site.node, f"(({kept} := {text}) * {sigmoid}({kept}.mean(dim=(2, 3), keepdim=True)))")
