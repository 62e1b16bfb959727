"""Activations: one for another, a new one behind a normalisation, or one taken out."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.arguments import bracketed, only_names
from ge_tui.llm.offline.shapes import Layer, Path, Site
from ge_tui.llm.offline.subject import NORMS, Draft, Option, Subject, drawn

_SMOOTH = {
    "relu": "ReLU",
    "silu": "SiLU",
    "gelu": "GELU",
    "hardswish": "Hardswish",
    "mish": "Mish",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "relu6": "ReLU6",
}
_GATES = {"sigmoid": "Sigmoid", "hardsigmoid": "Hardsigmoid"}
_FAMILIES = (_SMOOTH, _GATES)
_WITHOUT_INPLACE = ("gelu", "sigmoid")
_ROOTS = ("torch.nn.functional", "torch", "torch.nn")


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Swap the function or the module; put one behind a norm that has none; seldom take one out."""
    options: list[Option] = []
    fresh = sorted(_SMOOTH)
    for site in subject.sites():
        name = _activation(site)
        if name is not None:
            family = next(family for family in _FAMILIES if name in family)
            others = [other for other in family if other != name and _accepts(site.node, other)]
            options += [(2.0 / len(others), partial(_swapped, subject, site, name, other)) for other in others]
            if family is _SMOOTH and _is_function(site) and site.node.args:
                options.append((0.2, partial(_removed, subject, site, name)))
        elif isinstance(site.callee, Layer) and site.callee.kind in NORMS and _is_bare(subject, site):
            other = fresh[rng.randrange(len(fresh))]
            options.append((1.0, partial(_inserted, subject, site, other)))
    yield from drawn(options, rng)


def _activation(site: Site) -> str | None:
    """The name of the activation a call makes or applies, as the function is called."""
    if not isinstance(site.callee, Path) or not only_names(site.node, ("inplace",)):
        return None
    root, _, last = site.callee.name.rpartition(".")
    if root not in _ROOTS or len(site.node.args) != (root != "torch.nn"):
        return None
    for family in _FAMILIES:
        for function, module in family.items():
            if last == (module if root == "torch.nn" else function):
                return function
    return None


def _is_function(site: Site) -> bool:
    return isinstance(site.callee, Path) and site.callee.name.rpartition(".")[0] != "torch.nn"


def _accepts(call: ast.Call, name: str) -> bool:
    return not call.keywords or name not in _WITHOUT_INPLACE


def _swapped(subject: Subject, site: Site, name: str, other: str) -> Draft | None:
    path = f"functional.{other}" if _is_function(site) else (_SMOOTH | _GATES)[other]
    spelled = subject.anatomy.spell(f"torch.nn.{path}")
    if spelled is None:
        return None
    draft = subject.draft(f"activation {name} -> {other} in {subject.spot(site.node)}")
    return draft.replace(site.node.func, spelled)


def _removed(subject: Subject, site: Site, name: str) -> Draft:
    inner = site.node.args[0]
    draft = subject.draft(f"activation {name} taken out of {subject.where(site.node)}")
    return draft.replace(site.node, bracketed(inner, subject.anatomy.written(inner)))


def _is_bare(subject: Subject, site: Site) -> bool:
    """Whether the result of a norm goes on without an activation directly around it."""
    parent = subject.anatomy.parent(site.node)
    around = subject.trace.sites.get(parent) if isinstance(parent, ast.Call) else None
    return around is None or _activation(around) is None


def _inserted(subject: Subject, site: Site, name: str) -> Draft | None:
    spelled = subject.anatomy.spell(f"torch.nn.functional.{name}")
    if spelled is None:
        return None
    draft = subject.draft(f"activation {name} behind a norm in {subject.where(site.node)}")
    return draft.replace(site.node, f"{spelled}({subject.anatomy.written(site.node)})")
