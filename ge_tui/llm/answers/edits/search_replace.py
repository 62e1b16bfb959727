"""Search/replace blocks in their many spellings, told apart line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ge_tui.llm.answers.edits.model import Edit, EditBlock
from ge_tui.llm.answers.fences import fence_of
from ge_tui.llm.answers.model import Refusal, RefusalReason

MAX_EDITS = 200

_OLD = r"SEARCH|ORIGINAL|OLD|BEFORE|FIND|HEAD|CURRENT|EXISTING|FROM|REMOVE|SEARCH BLOCK|START"
_NEW = r"REPLACE|REPLACEMENT|REPLACED|UPDATED?|NEW|AFTER|MODIFIED|CHANGED|WITH|TO|END|INSERT|EDITED"
_OPEN = re.compile(r"(<{5,}|-{5,})\s*(.{0,80})|(<{3,4})\s*(.{0,80})|(<{1,2})\s*((?:SEARCH|ORIGINAL)\b.{0,40})")
_CLOSE = re.compile(
    rf"(?:>{{5,}}|\+{{5,}})\s*(.{{0,80}})|>{{3,4}}\s*(|(?:{_NEW})\b.{{0,40}})|>{{1,2}}\s*((?:REPLACE|UPDATED)\b.{{0,20}})",
    re.I,
)
_DIVIDER = re.compile(rf"(={{3,}})\s*(?:(?:{_NEW}|REPLACE WITH|DIVIDER)\b\W*)?", re.I)
_OLD_WORD = re.compile(rf"\W*(?:{_OLD})\b", re.I)
_NEW_WORD = re.compile(rf"\W*(?:{_NEW})\b", re.I)
_LEAD = re.compile(r"(?:[>*+]|-|\d{1,3}[.)])?\s*")


@dataclass(slots=True)
class _Section:
    """A block that was begun."""

    mark: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """Edits and the text that is left without them."""

    blocks: tuple[EditBlock, ...]
    rest: str


def find_search_replace(text: str) -> Found | Refusal | None:
    """The search/replace blocks of a text; None where it has none."""
    blocks: list[EditBlock] = []
    rest: list[str] = []
    section: _Section | None = None
    for line in text.split("\n"):
        mark = _opening(line) if "<" in line or "-----" in line else ""
        if section is None:
            if mark:
                section = _Section(mark)
            elif _closing(line, "<"):
                return _malformed("an edit ends that never began")
            else:
                rest.append(line)
        elif _closing(line, section.mark) or (mark and _is_new(line)):
            block = _block(section)
            if isinstance(block, Refusal):
                return block
            blocks.append(block)
            section = None
        elif mark:
            return _malformed("an edit begins before the one before has ended")
        else:
            section.lines.append(line)
        if len(blocks) > MAX_EDITS:
            return _malformed(f"more than {MAX_EDITS} edits")
    if section is not None:
        if section.mark[0] == "-" and not blocks:  # a rule of dashes in prose
            return None
        return Refusal(RefusalReason.TRUNCATED, "the last edit has no end; finish every edit with >>>>>>> REPLACE")
    return Found(tuple(blocks), "\n".join(rest)) if blocks else None


def block_of(search: str, replace: str) -> EditBlock:
    """An edit whose two halves came apart already."""
    return EditBlock((Edit(_half(search.split("\n")), _half(replace.split("\n"))),))


def _opening(line: str) -> str:
    """The mark that begins an edit, or an empty string."""
    bare = line.strip()
    if bare[:1] not in "<-":
        lead = _LEAD.match(bare)
        bare = bare[lead.end() :] if lead else bare
    found = _OPEN.fullmatch(bare)
    if not found:
        return ""
    mark, word = next((found[group], found[group + 1]) for group in (1, 3, 5) if found[group])
    if mark[0] == "-" or len(mark) < 5:
        return mark if _OLD_WORD.match(word) and len(word) < 40 else ""
    return mark if not word.strip() or re.match(r"[\w>:`*(\[]", word) else ""


def _is_new(line: str) -> bool:
    return bool(_NEW_WORD.match(line.strip().lstrip("<"))) and not _OLD_WORD.match(line.strip().lstrip("<"))


def _closing(line: str, mark: str) -> bool:
    bare = line.strip()
    sign = "+" if mark[0] == "-" else ">"
    if bare[:1] != sign and not (bare[:1] in "*-" and bare[1:].lstrip()[:1] == sign):
        return False
    found = _CLOSE.fullmatch(bare.lstrip("*- "))
    if not found:
        return False
    return sign == ">" or bool(_NEW_WORD.match(found[1] or ""))


def _block(section: _Section) -> EditBlock | Refusal:
    """The block, split at each line that may be its divider."""
    dividers = [
        number
        for number, line in enumerate(section.lines)
        if "===" in line and _DIVIDER.fullmatch(line.strip().lstrip("*> "))
    ]
    if not dividers:
        return _malformed("an edit has no ======= between what to find and what to put there")
    choices = tuple(Edit(_half(section.lines[:number]), _half(section.lines[number + 1 :])) for number in dividers[:20])
    return EditBlock(choices)


def _half(lines: Sequence[str]) -> tuple[str, ...]:
    """One half of an edit without fences around it."""
    kept = list(lines)
    filled = [number for number, line in enumerate(kept) if line.strip()]
    if len(filled) >= 2:
        first, last = fence_of(kept[filled[0]]), fence_of(kept[filled[-1]])
        if first and last and not last[1]:
            kept = kept[filled[0] + 1 : filled[-1]]
    return tuple(kept)


def _malformed(what: str) -> Refusal:
    return Refusal(RefusalReason.MALFORMED_EDIT, f"{what}; write <<<<<<< SEARCH, =======, >>>>>>> REPLACE")
