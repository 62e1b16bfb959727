"""Taking statements and comment blocks out of a text by their lines."""

from __future__ import annotations

from collections.abc import Collection

from ge_tui.genome.genome import NOTE_MARKER, SEGMENT_MARKER
from ge_tui.llm.answers.code import Code


def without_markers(text: str) -> str:
    """The text without segment markers and note blocks; a note that never ends loses its marker alone."""
    lines = [line for line in text.split("\n") if line.strip() != SEGMENT_MARKER]
    notes = [number for number, line in enumerate(lines) if line.strip() == NOTE_MARKER]
    dropped: set[int] = set(notes)
    for start, end in zip(notes[::2], notes[1::2], strict=False):
        if all(not line.strip() or line.lstrip().startswith("#") for line in lines[start:end]):
            dropped.update(range(start, end))
    return "\n".join(line for number, line in enumerate(lines) if number not in dropped)


def first_definition(code: Code) -> int:
    """The number of the first statement that is a class or a function; of none, how many there are."""
    return next((number for number, item in enumerate(code.statements) if item.is_definition), len(code.statements))


def shares_lines(code: Code, number: int) -> bool:
    """Whether a statement stands on a line with another."""
    item = code.statements[number]
    neighbours = (*code.statements[max(0, number - 1) : number], *code.statements[number + 1 : number + 2])
    return any(other.start < item.end and item.start < other.end for other in neighbours)


def without_statements(code: Code, dropped: Collection[int]) -> str:
    """The text without some statements, the comments right above them and the blank lines after them."""
    if not dropped:
        return code.text
    lines: list[str | None] = list(code.text.split("\n"))
    for number in dropped:
        item = code.statements[number]
        for at in range(item.start, item.end):
            lines[at] = None
        at = item.end
        while at < len(lines) and lines[at] is not None and not str(lines[at]).strip():
            lines[at] = None
            at += 1
    return "\n".join(line for line in lines if line is not None)
