"""Groups of a convolution: each channel by itself, in groups, or all together."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from functools import partial

from ge_tui.llm.offline.arguments import argument
from ge_tui.llm.offline.shapes import Layer, Site
from ge_tui.llm.offline.subject import Draft, Option, Subject, drawn

_FEW = (2, 4)


def propose(subject: Subject, rng: random.Random, _temperature: float) -> Iterator[Draft]:
    """From depthwise to grouped to full and back. A number of groups divides the channels of every use."""
    options: list[Option] = []
    for site, _ in subject.made("Conv2d"):
        layers = [layer for layer in site.results if isinstance(layer, Layer)]
        widths = [(layer.arguments.get("in_channels"), layer.arguments.get("out_channels")) for layer in layers]
        known = [(cin, cout) for cin, cout in widths if isinstance(cin, int) and isinstance(cout, int)]
        if not known or len(known) < len(site.results):
            continue
        texts = _choices(subject, site, layers, known)
        options += [(1.0 / len(texts), partial(_regrouped, subject, site, text)) for text in texts]
    yield from drawn(options, rng)


def _choices(subject: Subject, site: Site, layers: Sequence[Layer], widths: Sequence[tuple[int, int]]) -> list[str]:
    """What could be written as the number of groups."""
    written = argument(site.node, "groups", 6)
    inwards = argument(site.node, "in_channels", 0)
    now = [layer.arguments.get("groups", 1) for layer in layers]
    fixed = [str(few) for few in _FEW if all(cin % few == 0 == cout % few for cin, cout in widths)]
    is_depthwise = all(groups == cin for groups, (cin, _) in zip(now, widths, strict=True))
    keeps_width = all(cin == cout for cin, cout in widths)
    choices = list(fixed)
    if written is not None:
        choices.append("1")
    if inwards is not None and keeps_width:
        text = subject.anatomy.written(inwards)
        simple = text if text.isalnum() else f"({text})"
        if not is_depthwise and all(layer.arguments.get("kernel_size") != 1 for layer in layers):
            choices.append(text)
        choices += [f"{simple} // {few}" for few in _FEW if all(cin % few == 0 for cin, _ in widths)]
    old = subject.anatomy.written(written) if written is not None else "1"
    return [choice for choice in choices if choice != old]


def _regrouped(subject: Subject, site: Site, text: str) -> Draft | None:
    written = argument(site.node, "groups", 6)
    where = subject.spot(site.node)
    if written is not None:
        old = subject.anatomy.written(written)
        return subject.draft(f"groups {old} -> {text} in {where}").replace(written, text)
    parts: list[ast.expr | ast.keyword] = [*site.node.args, *site.node.keywords]
    last = max(parts, key=lambda part: (part.end_lineno or 0, part.end_col_offset or 0))
    return subject.draft(f"groups 1 -> {text} in {where}").after(last, f", groups={text}")
