"""Settings that a command was given: by `--set`, and by the options that stand for one."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from ge_tui.errors import UsageError
from ge_tui.settings import parse_assignment


def given_settings(options: argparse.Namespace, flags: Iterable[str] = ()) -> list[str]:
    """All of them as assignments; `flags` are options that are called as their setting."""
    named = [f"{flag}={value}" for flag in flags if (value := getattr(options, flag)) is not None]
    trust = ["evaluation.trust=true"] if getattr(options, "trust", False) else []
    return [*options.set, *named, *trust]


def refuse_others(assignments: Iterable[str], what: str, besides: Iterable[str] = ()) -> None:
    """Raises UsageError for a setting that is not the evaluation's, or is `besides`; `what` it means nothing for."""
    for text in assignments:
        section, *rest = parse_assignment(text)[0]
        if section != "evaluation" or rest[:1] in [[name] for name in besides]:
            raise UsageError(f"'{text}' means nothing for {what}; settings of evaluation.* do, those of the machine")
