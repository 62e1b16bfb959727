"""Every pane of the run screen, in the order of their number keys; imported when first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from textual.binding import Binding

from ge_tui.tui.keys.actions import Action
from ge_tui.tui.panes.pane import Pane


@dataclass(frozen=True, slots=True)
class PaneEntry:
    """Where a pane is found."""

    name: str
    title: str
    module: str
    class_name: str

    def load(self) -> type[Pane]:
        """Import it."""
        found: type[Pane] = getattr(importlib.import_module(self.module), self.class_name)
        return found


PANES = (
    PaneEntry("population", "Population", "ge_tui.tui.population.pane", "PopulationPane"),
    PaneEntry("diff", "Diff", "ge_tui.tui.diff.pane", "DiffPane"),
    PaneEntry("controls", "Controls", "ge_tui.tui.controls.pane", "ControlsPane"),
    PaneEntry("llm", "LLM", "ge_tui.tui.llm.pane", "LlmPane"),
    PaneEntry("log", "Log", "ge_tui.tui.log.pane", "LogPane"),
    PaneEntry("lineage", "Lineage", "ge_tui.tui.lineage.pane", "LineagePane"),
    PaneEntry("front", "Front", "ge_tui.tui.front.pane", "FrontPane"),
    PaneEntry("credit", "Credit", "ge_tui.tui.credit.pane", "CreditPane"),
    PaneEntry("history", "History", "ge_tui.tui.history.pane", "HistoryPane"),
)

GO_ACTIONS = tuple(
    Action(f"go.{entry.name}", str(number), entry.title, f"go to the pane {entry.title}")
    for number, entry in enumerate(PANES, 1)
)
"""The keys that go to panes."""


def go_bindings() -> list[Binding]:
    """One action of the run screen does them all."""
    return [
        Binding(action.keys, f"pane({number})", action.label, show=False, id=action.name)
        for number, action in enumerate(GO_ACTIONS, 1)
    ]
