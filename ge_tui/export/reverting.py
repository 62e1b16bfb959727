"""Taking one change out of a text that went on from it: a three-way merge of lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ge_tui.genome import Genome, cut


@dataclass(frozen=True, slots=True)
class Entangled:
    """A change that cannot be taken out alone."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines `start` to `end` of the common text become `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def revert(current: str, before: str, after: str) -> str | Entangled:
    """`current` without the change that made `after` of `before`.

    The text itself where nothing of the change is left in it. Segments are merged one by one where all three
    texts have the same ones.
    """
    base = cut(after)
    ours, theirs = cut(current, base.names), cut(before, base.names)
    if base.names != ours.names or base.names != theirs.names:
        return _merge(after, current, before, "the file")
    parts = [_merge(base.header, ours.header, theirs.header, "the header")]
    for index, name in enumerate(base.names):
        one, two, three = (_with_marker(genome, index) for genome in (base, ours, theirs))
        parts.append(_merge(one, two, three, name))
    merged = []
    for part in parts:
        if isinstance(part, Entangled):
            return part
        merged.append(part)
    return "".join(merged)


def _with_marker(genome: Genome, index: int) -> str:
    return genome.separators[index] + genome.segments[index].text


def _merge(base: str, ours: str, theirs: str, where: str) -> str | Entangled:
    """What both sides made of a common text, if they changed different lines of it."""
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    lines = base.splitlines(keepends=True)
    left, right = _edits(lines, ours), _edits(lines, theirs)
    kept = [edit for edit in right if edit not in left]
    for edit in kept:
        for other in left:
            if _touch(edit, other):
                first = min(edit.start, other.start) + 1
                return Entangled(f"later changes build on it, in {where} at line {first} of that part")
    return _apply(lines, [*left, *kept])


def _edits(base: Sequence[str], text: str) -> list[_Edit]:
    lines = text.splitlines(keepends=True)
    codes = SequenceMatcher(None, base, lines, autojunk=False).get_opcodes()
    return [_Edit(a, b, tuple(lines[c:d])) for tag, a, b, c, d in codes if tag != "equal"]


def _touch(one: _Edit, other: _Edit) -> bool:
    """Whether two edits change the same line, or put lines into the same place."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _apply(base: Sequence[str], edits: Sequence[_Edit]) -> str:
    result: list[str] = []
    place = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        result += [*base[place : edit.start], *edit.lines]
        place = edit.end
    return "".join([*result, *base[place:]])
