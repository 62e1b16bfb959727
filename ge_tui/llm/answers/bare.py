"""Code without fences, with words around it."""

from __future__ import annotations

import re

from ge_tui.llm.answers.blocks import Block
from ge_tui.llm.answers.scan import outside, quote_after

_BEGINS = re.compile(
    r"(?:class\s+\w+\s*[(:\[]|(?:async\s+)?def\s+\w+\s*[(\[]|@[\w.]+(?:\(.*)?$|import\s+[\w.]+(?:\s+as\s+\w+)?\s*(?:,.*)?$"
    r"|from\s+[\w.]+\s+import\s)"
)
_CONTINUES = re.compile(
    r"(?:#|[)\]}]|\"\"\"|'''|[A-Za-z_][\w.\[\]]*\s*(?:[-+*/|&^%@]|//|\*\*|<<|>>)?=[^=]|[A-Za-z_][\w.]*\(.*[),\[({]\s*$"
    r"|[A-Za-z_]\w*\s*:\s*\w[\w.\[\], |]*=|if\s.*:\s*(?:#.*)?$|(?:else|try|finally)\s*:"
    r"|(?:elif|for|while|with|except)\b.*:"
    r"|(?:pass|assert\s.*|return\b.*|raise\s.*|del\s.*|global\s.*)$)"
)


def find_bare(text: str) -> list[Block]:
    """Stretches of lines that look like code, each from an import or a definition on."""
    lines = text.split("\n")
    blocks: list[Block] = []
    prose: list[str] = []
    at = 0
    while at < len(lines):
        if not _BEGINS.match(lines[at].strip()[:400]):
            prose.append(lines[at])
            at += 1
            continue
        start = _with_comments_above(lines, at, prose)
        end = _end_of_code(lines, at)
        code = "\n".join(lines[start:end]).rstrip() + ("\n" if end < len(lines) else "")
        blocks.append(Block(code, "\n".join(prose), "", closed=any(map(str.strip, lines[end:])), rung="bare"))
        prose = []
        at = end
    return blocks


def _with_comments_above(lines: list[str], at: int, prose: list[str]) -> int:
    while (
        prose
        and lines[at - 1].lstrip().startswith("#")
        and not re.match(r"\s*#{2,}\s|\s*# [A-Z][\w ]*$", lines[at - 1])
    ):
        prose.pop()
        at -= 1
    return at


def _end_of_code(lines: list[str], start: int) -> int:
    """The line after the last that belongs to the code begun at `start`."""
    margin = len(lines[start]) - len(lines[start].lstrip())
    quote, depth, end, at = "", 0, start, start
    while at < len(lines):
        line = lines[at]
        bare = line.strip()
        if bare and not quote and depth <= 0 and at > start:
            indent = len(line) - len(line.lstrip())
            if indent < margin or (indent == margin and not _is_code(bare[:400])):
                break
        before, quote = quote, quote_after(line, quote)
        if not before and not quote:
            depth = max(0, depth + _brackets(line))
        at += 1
        if bare:
            end = at
    return end


def _is_code(line: str) -> bool:
    return bool(_BEGINS.match(line) or _CONTINUES.match(line))


def _brackets(line: str) -> int:
    code = outside(line)
    return sum(map(code.count, "([{")) - sum(map(code.count, ")]}"))
