"""Fenced blocks: any tag, ``` and ~~~, any length, indented, quoted, in list items, nested, never closed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ge_tui.llm.answers.blocks import Block
from ge_tui.llm.answers.scan import quote_after

_TICKS = re.compile(r"(`{3,}|~{3,})[ \t]*(.*)")
_LIST_MARK = re.compile(r"(?:[-*+]|\d{1,3}[.)])[ \t]+")
_CODE_START = re.compile(r"(?:class|def|async|import|from|@)\b|@")


@dataclass(slots=True)
class _Open:
    """A fence that was begun."""

    mark: str
    info: str
    quoted: bool
    lines: list[str] = field(default_factory=list)
    quote: str = ""
    """The triple quote open in its code."""


def fence_of(line: str) -> tuple[str, str] | None:
    """The ticks and the info string of a line that begins or ends a fence."""
    if "```" not in line and "~~~" not in line:
        return None
    body = line.lstrip(" \t>")
    found = _TICKS.match(body)
    if not found:
        mark = _LIST_MARK.match(body)
        found = _TICKS.match(body, mark.end()) if mark else None
    if not found or (found[1][0] == "`" and "`" in found[2]):
        return None
    return found[1], found[2].strip()


def find_fences(text: str) -> list[Block]:
    """The fenced blocks of a text, in order."""
    blocks, _ = split_fences(text)
    return blocks


def split_fences(text: str) -> tuple[list[Block], str]:
    """The fenced blocks of a text, and the words after the last."""
    reader = _read(text, trust_quotes=True)
    if reader.misled:
        reader = _read(text, trust_quotes=False)
    return reader.blocks, "\n".join(reader.prose)


def _read(text: str, *, trust_quotes: bool) -> _Reader:
    reader = _Reader(trust_quotes=trust_quotes)
    for line in text.split("\n"):
        reader.take(line)
    if reader.open:
        reader.misled = bool(reader.open.quote)
        reader.end(closed=False)
    return reader


class _Reader:
    """Takes line after line; keeps the blocks found so far."""

    def __init__(self, *, trust_quotes: bool) -> None:
        self.trust_quotes = trust_quotes
        self.misled = False
        """A string that never ends has hidden the end of a fence, or the answer was cut in a string."""
        self.blocks: list[Block] = []
        self.prose: list[str] = []
        self.open: _Open | None = None

    def take(self, line: str) -> None:
        fence = fence_of(line)
        if self.open is None:
            if fence:
                self._begin(fence, line)
            else:
                self.prose.append(line)
        elif fence and not self.open.quote and fence[0][0] == self.open.mark[0]:
            self._at_fence(fence, line)
        else:
            self._inside(line)

    def _begin(self, fence: tuple[str, str], line: str) -> None:
        mark, info = fence
        self.open = _Open(mark, info, quoted=line.lstrip().startswith(">"))
        if _CODE_START.match(info):
            self.open.info = ""
            self._inside(info)

    def _at_fence(self, fence: tuple[str, str], line: str) -> None:
        assert self.open is not None
        mark, info = fence
        if info:  # no Python outside a string looks like this: the fence before was never closed
            self.end(closed=False)
            self._begin(fence, line)
        elif len(mark) >= len(self.open.mark):
            self.end(closed=True)
        else:
            self._inside(line)

    def _inside(self, line: str) -> None:
        assert self.open is not None
        if self.open.quoted:
            line = _unquoted(line)
        glued = line.rstrip()
        if glued.endswith("```") and self.open.mark[0] == "`" and "#" not in line and not self.open.quote:
            code = glued.rstrip("`")
            if "`" not in code and not quote_after(code, ""):  # `return x```` on one line
                self.open.lines.append(code)
                self.end(closed=True)
                return
        self.open.lines.append(line)
        if self.trust_quotes:
            self.open.quote = quote_after(line, self.open.quote)

    def end(self, *, closed: bool) -> None:
        assert self.open is not None
        words = self.open.info.strip("{}").split()
        language = words[0].lower().lstrip(".").partition(":")[0] if words else ""
        text = "\n".join(self.open.lines)
        self.blocks.append(Block(text, "\n".join(self.prose), language, closed, "tag" if language in TAGS else "fence"))
        self.prose = []
        self.open = None


TAGS = frozenset({"ge-tag"})
"""Info strings of fences that stand for tags (see tags.py)."""


def _unquoted(line: str) -> str:
    stripped = line.lstrip()
    if not stripped.startswith(">"):
        return line
    return stripped[1:].removeprefix(" ")
