"""What changed inside a line, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

Marks = tuple[tuple[int, int], ...]
"""Changed stretches of a line: from, to (characters)."""

_WORD = re.compile(r"\d+\.?\d*(?:[eE][+-]?\d+)?|\w+|\s+|[^\w\s]")
_MOST = 400
"""Words of a line beyond which it is marked as a whole: it would take too long."""
_LEAST_ALIKE = 0.35
"""Lines that share less are two different lines; marks in them would be confetti."""


def words(line: str) -> list[str]:
    """A line cut into words, numbers, single signs and white space; joined, they are the line again."""
    return _WORD.findall(line)


def changed_words(before: str, after: str) -> tuple[Marks, Marks]:
    """What of a line is gone and what is new; nothing is marked where the lines have too little in common."""
    old, new = words(before), words(after)
    if max(len(old), len(new)) > _MOST:
        return (), ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    codes = matcher.get_opcodes()
    kept = sum(len(word.strip()) for tag, a, b, _, _ in codes if tag == "equal" for word in old[a:b])
    longest = max(len(before.replace(" ", "")), len(after.replace(" ", "")))
    if kept < _LEAST_ALIKE * longest:
        return (), ()
    gone = [(a, b) for tag, a, b, _, _ in codes if tag in ("delete", "replace")]
    come = [(a, b) for tag, _, _, a, b in codes if tag in ("insert", "replace")]
    return _stretches(old, gone), _stretches(new, come)


def _stretches(line: list[str], changed: list[tuple[int, int]]) -> Marks:
    """Runs of words as runs of characters; runs with only white space between them are one."""
    joined: list[tuple[int, int]] = []
    for start, stop in changed:
        if joined and not "".join(line[joined[-1][1] : start]).strip():
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    offsets = [0]
    for word in line:
        offsets.append(offsets[-1] + len(word))
    return tuple((offsets[start], offsets[stop]) for start, stop in joined)
