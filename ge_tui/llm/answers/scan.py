"""Where strings and comments are in text that may be Python. Linear in the text, whatever it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(r"#|\"\"\"|'''|\"|'")
_CLOSING = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+"', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*+'", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A string or a comment."""

    start: int
    end: int
    is_comment: bool


def pieces(text: str) -> list[Piece]:
    """Strings and comments in the order of the text; a string that never ends reaches to the end."""
    found: list[Piece] = []
    at = 0
    while opening := _OPENING.search(text, at):
        mark = opening.group()
        line_end = text.find("\n", opening.end())
        line_end = len(text) if line_end < 0 else line_end
        if mark == "#":
            found.append(Piece(opening.start(), line_end, is_comment=True))
            at = line_end
            continue
        closing = _CLOSING[mark].match(text, opening.end())
        if closing is not None:
            found.append(Piece(opening.start(), closing.end(), is_comment=False))
            at = closing.end()
        elif len(mark) == 3:
            found.append(Piece(opening.start(), len(text), is_comment=False))
            break
        else:
            at = line_end  # a lone quote: words, not code
    return found


def quote_after(line: str, quote: str) -> str:
    """Which triple quote is open at the end of a line, given the one open at its start; `""`: none."""
    at = 0
    while True:
        if quote:
            closing = _CLOSING[quote].match(line, at)
            if closing is None:
                return quote
            at, quote = closing.end(), ""
        opening = _OPENING.search(line, at)
        if opening is None or opening.group() == "#":
            return ""
        if len(opening.group()) == 3:
            quote, at = opening.group(), opening.end()
            continue
        closing = _CLOSING[opening.group()].match(line, opening.end())
        if closing is None:
            return ""
        at = closing.end()


def outside(text: str) -> str:
    """The text with every string and comment blanked; as long as the text, line for line."""
    parts: list[str] = []
    at = 0
    for piece in pieces(text):
        hidden = text[piece.start : piece.end]
        parts += (text[at : piece.start], "\n".join(" " * len(line) for line in hidden.split("\n")))
        at = piece.end
    return "".join([*parts, text[at:]])


def own_line_comments(text: str) -> list[tuple[int, str]]:
    """Line number (from 0) and text of each comment that has a line to itself."""
    found: list[tuple[int, str]] = []
    line, at = 0, 0
    for piece in pieces(text):
        line += text.count("\n", at, piece.start)
        at = piece.start
        start_of_line = text.rfind("\n", 0, piece.start) + 1
        if piece.is_comment and not text[start_of_line : piece.start].strip():
            found.append((line, text[piece.start : piece.end]))
    return found
