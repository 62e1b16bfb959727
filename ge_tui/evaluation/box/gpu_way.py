"""The way to a GPU from inside the box: as it is where that will do, else with what the GPU's driver needs.

A driver asks for more than a genome may have: which, differs by its version. So a small computation is made in the
box as it is, then in one with the openings that drivers are known to need; where both fail, the layer in its way is
found by leaving one out after another. No run ever leaves one out by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ge_tui.evaluation.box.assemble import Box, Opening
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.gpu_advice import is_busy

_IN_ITS_WAY = (Layer.SECCOMP, Layer.LANDLOCK, Layer.NAMESPACES, Layer.IDENTITY, Layer.LIMITS)

Trial = Callable[[Box], str]
"""A computation in a box; why it failed, or an empty text."""


@dataclass(frozen=True, slots=True)
class GpuTrial:
    """What was found out about the GPU in the box."""

    box: Box
    """To be used."""
    problem: str = ""
    """Why it cannot be used; empty where it can, or none is to be used."""


def find_way(box: Box, compute: Trial) -> GpuTrial:
    """The box in which the GPU works: as it is where it can be, else with the openings its driver needs."""
    if box.device != "cuda":
        return GpuTrial(box)
    strict = compute(box)
    if not strict or is_busy(strict):
        return GpuTrial(box, strict)
    opened = replace(box, openings=frozenset(Opening))
    problem = compute(opened)
    if not problem:
        return GpuTrial(_closed_again(box, compute))
    for layer in _IN_ITS_WAY:
        if opened.uses(layer) and not compute(_without(opened, layer)):
            return GpuTrial(opened, f"{problem}; it works without {layer}")
    return GpuTrial(opened, f"{problem}; it fails without any one of the box's layers too")


def _closed_again(box: Box, compute: Trial) -> Box:
    """With one of the openings where that is enough."""
    for one in Opening:
        narrow = replace(box, openings=frozenset({one}))
        if not compute(narrow):
            return narrow
    return replace(box, openings=frozenset(Opening))


def _without(box: Box, layer: Layer) -> Box:
    states = (state.model_copy(update={"in_force": False}) if state.layer is layer else state for state in box.states)
    return replace(box, states=tuple(states))
