"""A dry run of a network on its syntax tree: the shapes of its tensors, without torch, running nothing."""

from ge_tui.llm.offline.shapes.dry_run import dry_run
from ge_tui.llm.offline.shapes.trace import Site, Trace, keeps_shape
from ge_tui.llm.offline.shapes.values import UNKNOWN, Instance, Layer, Method, Path, Tensor

__all__ = [
    "UNKNOWN",
    "Instance",
    "Layer",
    "Method",
    "Path",
    "Site",
    "Tensor",
    "Trace",
    "dry_run",
    "keeps_shape",
]
