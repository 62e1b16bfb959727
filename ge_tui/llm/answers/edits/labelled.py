"""Edits told in pairs of fences: "Search:" over one, "Replace with:" over the next."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ge_tui.llm.answers.blocks import Block
from ge_tui.llm.answers.edits.model import EditBlock
from ge_tui.llm.answers.edits.search_replace import block_of

_OLD = re.compile(r"\W*(?:search|find|original|old|before|replace(?: this)?|current|from|change(?: this)?)\b", re.I)
_NEW = re.compile(r"\W*(?:replace(?:ment)?(?: it)?(?: with| by)?|with|new|updated|after|to|by|becomes)\b", re.I)


def find_labelled(blocks: Sequence[Block]) -> list[EditBlock] | None:
    """The edits, if every block is one half of a pair."""
    if not blocks or len(blocks) % 2 or not all(block.closed for block in blocks):
        return None
    found: list[EditBlock] = []
    for old, new in zip(blocks[::2], blocks[1::2], strict=True):
        if not (_OLD.match(_last_line(old)) and _NEW.match(_last_line(new))):
            return None
        found.append(block_of(old.text, new.text))
    return found


def _last_line(block: Block) -> str:
    lines = [line.strip() for line in block.above[-400:].split("\n") if line.strip()]
    return lines[-1] if lines and len(lines[-1]) < 80 else ""
