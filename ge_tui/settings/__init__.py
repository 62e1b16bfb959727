"""The settings of a run: one typed schema, from which files, flags, help and docs derive."""

from ge_tui.settings.load import parse_assignment, read_settings
from ge_tui.settings.schema import (
    BudgetSettings,
    Controls,
    EvaluationSettings,
    OllamaSettings,
    SearchSettings,
    Settings,
)

__all__ = [
    "BudgetSettings",
    "Controls",
    "EvaluationSettings",
    "OllamaSettings",
    "SearchSettings",
    "Settings",
    "parse_assignment",
    "read_settings",
]
