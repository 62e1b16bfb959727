"""Unified diffs as language models write them: wrong counts, no headers, lost blanks before context lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ge_tui.llm.answers.code import code_of
from ge_tui.llm.answers.edits.match import indent_of, shifted, trimmed
from ge_tui.llm.answers.edits.model import Place
from ge_tui.llm.answers.fences import split_fences
from ge_tui.llm.answers.model import Refusal, RefusalReason

_HUNK = re.compile(r"@@(?:\s*-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?\s*@@.*|.*)")
_HEADER = re.compile(
    r"(?:diff --git .*|index [0-9a-f]+\.\..*|--- .*|\+\+\+ .*|(?:new|deleted) file mode .*|\*\*\* .*"
    r"|\\ No newline.*|similarity index .*|---|\+\+\+)"
)


@dataclass(slots=True)
class Hunk:
    """One hunk: signs (` `, `-`, `+`) and the text after each."""

    line: int | None
    """Where it says it begins in the old file, from 1."""
    rows: list[tuple[str, str]] = field(default_factory=list)


def find_hunks(text: str, parent: str) -> list[Hunk] | Refusal | None:
    """The hunks of the diff in a text; None where there is none."""
    blocks, _ = split_fences(text)
    known = {line.strip() for line in parent.split("\n")}
    hunks: list[Hunk] = []
    for block in blocks:
        if _is_diff(block.text, block.language):
            if not block.closed and block.text.rstrip().split("\n")[-1][:1] in ("+", "-"):
                return _cut_off()
            hunks += _hunks(block.text.split("\n"), known, fenced=True)
    if not blocks and _is_diff(text, ""):
        if text.rsplit("\n", maxsplit=1)[-1][:1] in ("+", "-"):  # no end of line
            return _cut_off()
        hunks = list(_hunks(_from_first_mark(text), known, fenced=False))
    return [hunk for hunk in hunks if any(sign in "+-" for sign, _ in hunk.rows)] or None


def _cut_off() -> Refusal:
    return Refusal(RefusalReason.TRUNCATED, "the diff ends in the middle")


def hunk_places(lines: Sequence[str], hunk: Hunk) -> list[Place]:
    """Where a hunk fits; of several places the one at its line number, if it is one of them."""
    old = [(sign, text) for sign, text in hunk.rows if sign != "+"]
    while old and not old[-1][1].strip() and old[-1][0] == " ":
        old.pop()
    skip = next((number for number, row in enumerate(old) if row[1].strip()), len(old))
    old = old[skip:]
    if not old:
        return []
    places: list[Place] = []
    at = max(range(len(old)), key=lambda number: len(old[number][1].strip()))
    for number, line in enumerate(lines):
        start = number - at
        if line.strip() != old[at][1].strip() or start < 0 or start + len(old) > len(lines):
            continue
        here = lines[start : start + len(old)]
        if all(a.strip() == b[1].strip() for a, b in zip(here, old, strict=True)):
            new = _new_lines(hunk, here, old, skip)
            if new is not None:
                places.append(Place(start, start + len(old), trimmed(lines, start, start + len(old), new)))
    if len(places) > 1 and hunk.line is not None:
        exact = [place for place in places if place.start - skip == hunk.line - 1]
        return exact if len(exact) == 1 else places
    return places


def _is_diff(text: str, language: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    signed = [line for line in lines if line[0] in "+-" and not line.startswith(("+++ ", "--- "))]
    if not any(line.startswith("-") for line in signed) and not any(line[0] == " " for line in lines):
        return False  # nothing but added lines: code (see readings.py)
    if language in ("diff", "patch", "udiff"):
        return bool(signed)
    marked = any(line.startswith("@@") for line in lines) or (
        any(line.startswith("--- ") for line in lines) and any(line.startswith("+++ ") for line in lines)
    )
    if marked or any(line.startswith("*** Begin Patch") for line in lines):
        return bool(signed)
    both = {line[0] for line in signed} == {"+", "-"}
    return language != "" and both and code_of(text) is None and all(line[0] in "+- @" for line in lines)


def _from_first_mark(text: str) -> list[str]:
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.startswith(("@@", "--- ", "diff --git"))), 0)
    return lines[first:]


def _hunks(lines: Sequence[str], known: set[str], *, fenced: bool) -> Iterator[Hunk]:
    hunk = Hunk(None)
    for line in lines:
        found = _HUNK.fullmatch(line)
        if found:
            yield hunk
            hunk = Hunk(int(found[1]) if found[1] else None)
        elif _HEADER.fullmatch(line) and not _is_change_of(line, known):
            yield hunk
            hunk = Hunk(None)
        elif line[:1] in ("+", "-", " "):
            hunk.rows.append((line[0], line[1:]))
        elif fenced or not line.strip() or line.strip() in known:
            hunk.rows.append((" ", line))  # a context line that lost its leading blank
        else:
            break  # words after the diff
    yield hunk


def _is_change_of(line: str, known: set[str]) -> bool:
    """Whether a line like `--- x` takes the line `-- x` out of the file; no Python begins so, but strings may."""
    return line.startswith("---") and len(line) > 3 and line[1:].strip() in known


def _new_lines(hunk: Hunk, here: Sequence[str], old: Sequence[tuple[str, str]], skip: int) -> list[str] | None:
    """The lines after the hunk: context as the file has it, added lines indented as the removed ones were."""
    shifts = {"-": set[int](), " ": set[int]()}
    for line, (sign, text) in zip(here, old, strict=True):
        if text.strip():
            shifts[sign].add(indent_of(line) - indent_of(text))
    by = _shift(shifts)
    if by is None:
        return None
    result: list[str] = []
    number = -skip
    for sign, text in hunk.rows:
        if sign == "+":
            moved = shifted((text,), by)
            if moved is None:
                return None
            result += moved
            continue
        if sign == " " and 0 <= number < len(old):
            result.append(here[number])
        number += 1
    return result


def _shift(shifts: dict[str, set[int]]) -> int | None:
    """By how much added lines must be moved; None where the hunk's own lines do not agree."""
    removed, context = shifts["-"], shifts[" "]
    if removed:
        return next(iter(removed)) if len(removed) == 1 else None
    if context <= {0, 1}:  # the blank in front was lost on some or all context lines
        return 0
    return next(iter(context)) if len(context) == 1 else None


def not_a_place(hunk: Hunk, places: Sequence[Place]) -> Refusal:
    """Why a hunk fits nowhere, or in more than one place."""
    first = next((text.strip() for sign, text in hunk.rows if sign != "+" and text.strip()), "")
    if not first:
        return Refusal(RefusalReason.EDIT_NOT_FOUND, "a hunk has no context that says where it belongs")
    if places:
        return Refusal(RefusalReason.EDIT_NOT_UNIQUE, f"the hunk at '{first[:80]}' fits in {len(places)} places")
    return Refusal(RefusalReason.EDIT_NOT_FOUND, f"the lines of the hunk at '{first[:80]}' are not in the file")
