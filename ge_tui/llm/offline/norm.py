"""Normalisation: batch norm or group norm, and in how many groups."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from functools import partial
from math import prod

from ge_tui.llm.offline.shapes import Layer, Site, Tensor
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_GROUPS = (1, 2, 4, 8, 16)
_FEWEST_VALUES = 16
"""A mean over fewer values than this says little, and over one value it is the value itself."""


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """Swap one norm, or all of a class; a group norm may also get another number of groups."""
    by_class: dict[str, list[Site]] = {}
    for site, kind in subject.made("BatchNorm2d", "GroupNorm"):
        if len(site.node.args) == (1 if kind == "BatchNorm2d" else 2) and not site.node.keywords:
            by_class.setdefault(f"{kind} in {subject.where(site.node)}", []).append(site)
    options: list[Option] = []
    for place, sites in by_class.items():
        for chosen in [*([site] for site in sites), *([sites] if len(sites) > 1 else [])]:
            if place.startswith("GroupNorm"):
                options.append((1.0, partial(_to_batch, subject, chosen, place)))
            options += [
                (
                    1.0 / len(_GROUPS),
                    partial(_to_groups, subject, chosen, groups, place),
                )
                for groups in _GROUPS
                if all(_suits(site, groups) for site in chosen)
            ]
    yield from drawn(options, rng)


def _suits(site: Site, groups: int) -> bool:
    """Whether each norm made here can have so many groups, with enough values in a group at every use."""
    for layer in site.results:
        if not isinstance(layer, Layer) or not layer.uses:
            return False
        for before, _ in layer.uses:
            if not isinstance(before, Tensor) or len(before.shape) != 4 or before.shape[1] % groups:
                return False
            if prod(before.shape[1:]) // groups < _FEWEST_VALUES:
                return False
    return bool(site.results)


def _to_batch(subject: Subject, sites: Sequence[Site], place: str) -> Draft | None:
    spelled = subject.anatomy.spell("torch.nn.BatchNorm2d")
    if spelled is None:
        return None
    draft = subject.draft(f"norm {place.replace(' in ', ' -> BatchNorm2d in ')}")
    for site in sites:
        draft.replace(site.node, f"{spelled}({subject.anatomy.written(site.node.args[1])})")
    return draft


def _to_groups(subject: Subject, sites: Sequence[Site], groups: int, place: str) -> Draft | None:
    spelled = subject.anatomy.spell("torch.nn.GroupNorm")
    if spelled is None:
        return None
    draft = subject.draft(f"norm {place.replace(' in ', f' -> GroupNorm of {groups} in ')}")
    for site in sites:
        width: ast.expr = site.node.args[-1]
        draft.replace(site.node, f"{spelled}({groups}, {subject.anatomy.written(width)})")
    return draft
