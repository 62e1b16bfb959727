"""How the pane shows things: remembered from one session to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from ge_tui.tui.diff.against import Against
from ge_tui.tui.diff.folds import ALL

STEPS = (0, 1, 3, 6, 12, 25, 50)


class What(StrEnum):
    """What the page shows."""

    DIFF = "diff"
    SOURCE = "source"
    BASE_SOURCE = "base source"
    MODULES = "modules"


@dataclass(frozen=True, slots=True)
class Mode:
    """How the user wants it, whatever is selected."""

    against: Against = Against.PARENT
    what: What = What.DIFF
    split: bool = False
    wrap: bool = False
    context: int = 3
    all_lines: bool = False

    @property
    def lines_around(self) -> int:
        """Unchanged lines shown around each change."""
        return ALL if self.all_lines else self.context

    def remembered(self) -> dict[str, Any]:
        """As `restored` takes it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def restored(values: Mapping[str, Any]) -> Mode:
    """A mode from what was remembered; what is not understood is as it is at first."""
    mode = Mode()
    found: dict[str, Any] = {}
    for name, kind in (("against", Against), ("what", What)):
        if values.get(name) in list(kind):
            found[name] = kind(values[name])
    for name in ("split", "wrap", "all_lines"):
        if isinstance(values.get(name), bool):
            found[name] = values[name]
    if values.get("context") in STEPS and type(values["context"]) is int:
        found["context"] = values["context"]
    return Mode(**{**mode.remembered(), **found})


def stepped(context: int, step: int) -> int:
    """The next larger or smaller number of lines around a change."""
    if step > 0:
        return next((size for size in STEPS if size > context), STEPS[-1])
    return next((size for size in reversed(STEPS) if size < context), STEPS[0])
