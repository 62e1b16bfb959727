"""Differences between two genomes."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, before_name: str, after_name: str, context: int = 3) -> str:
    """A unified diff in the form of `diff -u`; empty where the texts are equal."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), before_name, after_name, lineterm="", n=context
    )
    return "".join(f"{line}\n" for line in lines)
