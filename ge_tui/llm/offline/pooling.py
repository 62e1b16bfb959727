"""Pooling: the maximum or the average, of a window or of the whole image."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from functools import partial

from ge_tui.llm.offline.arguments import only_names
from ge_tui.llm.offline.shapes import Method, Path, Site, Tensor
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_OTHER = {
    "MaxPool2d": "AvgPool2d",
    "max_pool2d": "avg_pool2d",
    "AdaptiveAvgPool2d": "AdaptiveMaxPool2d",
    "adaptive_avg_pool2d": "adaptive_max_pool2d",
    "mean": "amax",
}
_OTHER |= {other: name for name, other in _OTHER.items()}
_SHARED = ("kernel_size", "stride", "padding", "ceil_mode", "output_size", "dim", "keepdim")
_MOST_BY_POSITION = 3
"""Kernel, stride and padding come in the same order in both; what follows does not."""


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Swap maximum and average, where both take the same arguments."""
    options: list[Option] = []
    for site in subject.sites():
        name = _pooling(site)
        positional = len(site.node.args) - (name is not None and "_" in name and isinstance(site.callee, Path))
        if name is not None and only_names(site.node, _SHARED) and positional <= _MOST_BY_POSITION:
            options.append((1.0, partial(_swapped, subject, site, name)))
    yield from drawn(options, rng)


def _pooling(site: Site) -> str | None:
    """The name of the pooling a call makes or applies."""
    callee = site.callee
    if isinstance(callee, Method):
        image = isinstance(callee.owner, Tensor) and len(callee.owner.shape) == 4
        return callee.name if image and callee.name in ("mean", "amax") and _over_some(site.node) else None
    if isinstance(callee, Path) and callee.last in _OTHER and callee.last not in ("mean", "amax"):
        return callee.last
    return None


def _over_some(call: ast.Call) -> bool:
    """Whether a mean is taken over named dimensions; over all, it would be a number."""
    return bool(call.args) or any(keyword.arg == "dim" for keyword in call.keywords)


def _swapped(subject: Subject, site: Site, name: str) -> Draft | None:
    other = _OTHER[name]
    func = site.node.func
    if isinstance(site.callee, Path):
        root = "torch.nn.functional" if name[0].islower() else "torch.nn"
        spelled = subject.anatomy.spell(f"{root}.{other}")
    else:
        spelled = f"{subject.anatomy.written(func).removesuffix(name)}{other}"
    if spelled is None:
        return None
    return subject.draft(f"pooling {name} -> {other} in {subject.spot(site.node)}").replace(func, spelled)
