"""Differences between two genomes."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, before_name: str, after_name: str, context: int = 3) -> str:
    """A unified diff in the form of `diff -u`; empty where the texts are equal."""
    lines = difflib.unified_diff(_lines(before), _lines(after), before_name, after_name, n=context)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def changed_lines(diff: str) -> tuple[int, int]:
    """How many lines a unified diff adds, and how many it takes away."""
    lines = diff.split("\n")[2:]
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _lines(text: str) -> list[str]:
    """Lines as `diff` and `patch` count them: other characters that part lines for `str.splitlines` are text."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])
