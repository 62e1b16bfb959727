"""Texts that others wrote (genomes, models, servers) as something a terminal can be shown."""

from __future__ import annotations


def printable(text: str) -> str:
    """A text without what would move a terminal's cursor or colour its screen."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def one_line(text: str, most: int = 200) -> str:
    """The beginning of a text, as part of a line."""
    return printable(" ".join(text.split()))[:most]
