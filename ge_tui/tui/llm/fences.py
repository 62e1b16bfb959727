"""Colours for the code in a text: what stands in fences, when the text is complete. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ge_tui.tui.text.document import Document, Span
from ge_tui.tui.text.highlight import highlight

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ ]*([\w+.-]*)")
_PYTHON = frozenset({"", "python", "py", "python3", "pytorch"})
_MOST_LINES = 5_000
_WIDEST = 2_000
"""Code with longer lines is not code that anyone reads; it would take long to colour."""


def colour(document: Document) -> None:
    """Give every part the colours of its code."""
    for part in document.parts:
        part.spans = fenced(part.lines)


def fenced(lines: Sequence[str]) -> dict[int, Sequence[Span]]:
    """The colours of each line that has any."""
    spans: dict[int, Sequence[Span]] = {}
    for first, last, language in _fences(lines):
        for index in {first - 1, last} & set(range(len(lines))):
            spans[index] = ((0, len(lines[index]), "comment"),)
        code = tuple(lines[first:last])
        if language in _PYTHON and len(code) <= _MOST_LINES and max(map(len, code), default=0) <= _WIDEST:
            spans.update((first + row, line) for row, line in enumerate(highlight(code)) if line)
    return spans


def _fences(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First line, line after the last, and language of each block; one that is not closed ends with the text."""
    opened: tuple[int, str, str] | None = None
    for index, line in enumerate(lines):
        found = _FENCE.match(line)
        if found is None:
            continue
        if opened is None:
            opened = index + 1, found[1], found[2].lower()
        elif found[1].startswith(opened[1]) and not line.strip(" `~"):
            yield opened[0], index, opened[2]
            opened = None
    if opened is not None:
        yield opened[0], len(lines), opened[2]
