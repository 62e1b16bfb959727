"""Where the lines an edit quotes stand: to the letter, then but for blanks at line ends, then re-indented."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ge_tui.llm.answers.edits.model import Change, Edit, Place

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u3000", " ") | dict.fromkeys("\u200b\u2060\ufeff"))
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_NUMBER = re.compile(r"[ \t]*\d{1,5}[ \t]*[|:│] ?")


def find_places(lines: Sequence[str], edit: Edit) -> list[Place]:
    """Where an edit fits, by the strictest way of comparing that fits anywhere."""
    for variant in _variants(edit):
        for compare in (_exact, _line_ends, _indented, _first_line_stripped, _part_of_line):
            places = list(compare(lines, variant))
            if places:
                return places
    return []


def trimmed(lines: Sequence[str], start: int, end: int, new: Sequence[str]) -> Change:
    """The change without the lines it leaves as they are at its beginning and end."""
    kept = list(new)
    while start < end and kept and lines[start].rstrip() == kept[0].rstrip():
        start += 1
        kept = kept[1:]
    while start < end and kept and lines[end - 1].rstrip() == kept[-1].rstrip():
        end -= 1
        kept = kept[:-1]
    return Change(start, end, tuple(kept))


def _place(lines: Sequence[str], start: int, length: int, new: Sequence[str]) -> Place:
    return Place(start, start + length, trimmed(lines, start, start + length, new))


def _starts(lines: Sequence[str], search: Sequence[str]) -> Iterator[int]:
    """Line numbers at which the search may begin, told by its longest line."""
    if not any(line.strip() for line in search):
        return
    at = max(range(len(search)), key=lambda number: len(search[number].strip()))
    wanted = search[at].strip()
    for number, line in enumerate(lines):
        start = number - at
        if start >= 0 and start + len(search) <= len(lines) and line.strip() == wanted:
            yield start


def _exact(lines: Sequence[str], edit: Edit) -> Iterator[Place]:
    size = len(edit.search)
    for start in _starts(lines, edit.search):
        if tuple(lines[start : start + size]) == edit.search:
            yield _place(lines, start, size, edit.replace)


def _line_ends(lines: Sequence[str], edit: Edit) -> Iterator[Place]:
    edit = _without_blank_edges(edit)
    size = len(edit.search)
    search = [line.rstrip() for line in edit.search]
    for start in _starts(lines, edit.search):
        if [line.rstrip() for line in lines[start : start + size]] == search:
            yield _place(lines, start, size, edit.replace)


def _indented(lines: Sequence[str], edit: Edit) -> Iterator[Place]:
    """All quoted lines have lost or gained the same indentation."""
    edit = _without_blank_edges(edit)
    size = len(edit.search)
    if any("\t" in line[: indent_of(line)] for line in (*edit.search, *edit.replace)):
        return  # a tab has no width of its own
    for start in _starts(lines, edit.search):
        here = lines[start : start + size]
        if any(a.strip() != b.strip() for a, b in zip(here, edit.search, strict=True)):
            continue
        shifts = {indent_of(a) - indent_of(b) for a, b in zip(here, edit.search, strict=True) if a.strip()}
        if len(shifts) == 1 and (new := shifted(edit.replace, shifts.pop())) is not None:
            yield _place(lines, start, size, new)


def _first_line_stripped(lines: Sequence[str], edit: Edit) -> Iterator[Place]:
    """The first line of both halves has lost its indentation to a strip(); the others are as they were."""
    edit = _without_blank_edges(edit)
    size = len(edit.search)
    if size < 2 or not edit.replace or indent_of(edit.search[0]) or indent_of(edit.replace[0]):
        return
    search = [line.rstrip() for line in edit.search[1:]]
    for start in _starts(lines, edit.search):
        here = lines[start : start + size]
        if here[0].strip() == edit.search[0].strip() and [line.rstrip() for line in here[1:]] == search:
            first = " " * indent_of(here[0]) + edit.replace[0]
            yield _place(lines, start, size, (first, *edit.replace[1:]))


def _part_of_line(lines: Sequence[str], edit: Edit) -> Iterator[Place]:
    """One expression for another: both halves are less than a line."""
    edit = _without_blank_edges(edit)
    if len(edit.search) != 1 or len(edit.replace) != 1:
        return
    old, new = edit.search[0].strip(), edit.replace[0].strip()
    if len(old) < 4:
        return
    for number, line in enumerate(lines):
        at = line.find(old)
        while at >= 0:
            end = at + len(old)
            if not (_joins(line[:at], old[0]) or _joins(line[end:][::-1], old[-1])):
                yield Place(number, number + 1, Change(number, number + 1, (line[:at] + new + line[end:],)))
            at = line.find(old, at + 1)


def _joins(before: str, letter: str) -> bool:
    """Whether a match would begin or end inside a word."""
    return bool(before) and re.match(r"[\w.]", before[-1]) is not None and re.match(r"\w", letter) is not None


def _without_blank_edges(edit: Edit) -> Edit:
    return Edit(_stripped(edit.search), _stripped(edit.replace))


def _stripped(lines: Sequence[str]) -> tuple[str, ...]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return tuple(lines[filled[0] : filled[-1] + 1]) if filled else ()


def indent_of(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def shifted(lines: Sequence[str], by: int) -> tuple[str, ...] | None:
    """Lines with more or less indentation; None where one has too little to lose."""
    if by < 0 and any(line.strip() and indent_of(line) < -by for line in lines):
        return None
    if by < 0:
        return tuple(line[-by:] for line in lines)
    return tuple(" " * by + line if line.strip() else line for line in lines)


def _variants(edit: Edit) -> Iterator[Edit]:
    """The edit as it stands, then with what a chat window does to text undone."""
    yield edit
    both = [*edit.search, *edit.replace]
    if any("\t" in line for line in both):
        yield _mapped(edit, lambda line: line.expandtabs(4))
    if any(line.translate(_SPACES) != line for line in both):
        yield _mapped(edit, lambda line: line.translate(_SPACES))
    if any(line.translate(_QUOTES) != line for line in edit.search):
        yield _mapped(edit, lambda line: line.translate(_QUOTES))
    if all(_NUMBER.match(line) or not line.strip() for line in both) and any(line.strip() for line in edit.search):
        yield _mapped(edit, lambda line: _NUMBER.sub("", line, count=1))


def _mapped(edit: Edit, change: Callable[[str], str]) -> Edit:
    return Edit(tuple(map(change, edit.search)), tuple(map(change, edit.replace)))
