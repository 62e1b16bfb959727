"""The layers of a network as a text of the store: equal networks share one."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ge_tui.evaluation.report import ModuleShape


def modules_to_text(modules: Iterable[ModuleShape]) -> str:
    """Layers as JSON, one a line."""
    lines = [json.dumps([m.path, m.kind, list(m.shape), m.params]) for m in modules]
    return "[" + ",\n".join(lines) + "]"


def modules_from_text(text: str) -> tuple[ModuleShape, ...]:
    """The layers again."""
    return tuple(ModuleShape(path, kind, tuple(shape), params) for path, kind, shape, params in json.loads(text))
