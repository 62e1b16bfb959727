"""Texts that a model, a genome or a server wrote, as cells of a terminal. Pure.

What is shown cannot steer the terminal, and is as wide as the screen believes: control characters and escapes
become visible signs, marks that join the letter before are bounded, what has no agreed width is replaced.
"""

from __future__ import annotations

from unicodedata import category

from rich.cells import cell_len, get_character_cell_size

TAB = "    "
MARKS = 4
"""So many combining marks a letter may carry."""
_BASE = "\N{DOTTED CIRCLE}"
"""Carries marks that have no letter before them: they would join the border of the pane."""
_ODD = "\N{REPLACEMENT CHARACTER}"
ELLIPSIS = "…"


class _Signs(dict[int, str]):
    """What each character is shown as, worked out once."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = _shown(code)
        return shown


def clean(text: str) -> str:
    """A text as it may be shown: lines divided by newlines, tabs spread, nothing that steers a terminal.

    A character is shown by itself alone, whatever stands beside it, but for marks and line ends: a text that
    comes in pieces can be cleaned piece by piece, if no piece ends in a carriage return.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = text.translate(_SIGNS)
    return shown if shown.isascii() else bound_marks(shown)


def clean_line(text: str) -> str:
    """A text as one line: line ends and other white space become single spaces."""
    return clean(" ".join(text.split()))


def bound_marks(text: str) -> str:
    """No line begins with a combining mark, and no letter carries more than a few."""
    marks = {letter for letter in set(text) if letter != "\n" and get_character_cell_size(letter) == 0}
    if not marks:
        return text
    shown: list[str] = []
    carried = -1  # -1: there is no letter before
    for letter in text:
        if letter not in marks:
            carried = -1 if letter == "\n" else 0
        else:
            if carried < 0:
                shown.append(_BASE)
                carried = 0
            carried += 1
            if carried > MARKS:
                continue
        shown.append(letter)
    return "".join(shown)


def cut(text: str, width: int, sign: str = ELLIPSIS) -> str:
    """The beginning of a clean line, at most so many cells wide; a sign says that there is more."""
    if len(text) * 2 <= width or cell_len(text[: 2 * width + 2]) <= width >= cell_len(text):
        return text
    if width <= 0:
        return ""
    return text[: fitting(text, 0, width - 1)] + sign


def fit(text: str, width: int, *, right: bool = False, sign: str = ELLIPSIS) -> str:
    """Exactly so many cells of a clean line: cut, or filled up, in front where it is to stand right."""
    text = cut(text, width, sign)
    space = " " * (width - (len(text) if text.isascii() else cell_len(text)))
    return space + text if right else text + space


def fitting(text: str, start: int, width: int) -> int:
    """Where what of a line fits into so many cells ends; never between a letter and its marks."""
    if text.isascii():
        return min(len(text), start + max(0, width))
    end, used = start, 0
    while end < len(text):
        used += get_character_cell_size(text[end])
        if used > width:
            break
        end += 1
    return end


def wrap(line: str, width: int, start: int = 0) -> list[tuple[int, int]]:
    """A clean line, from some character on, as rows: from and to. At spaces where that wastes little.

    One space between two rows is not shown. A row is settled once there is a character after it, so that a line
    that grows need only be wrapped anew from its last row on. At least two cells wide: a wide letter must fit.
    """
    width = max(2, width)
    rows: list[tuple[int, int]] = []
    while (end := fitting(line, start, width)) < len(line):
        following = end
        if line[end] == " ":
            following = end + 1
        else:
            space = line.rfind(" ", start + (end - start) // 2, end)
            if space >= 0 and not line[start:space].isspace():
                end = following = space + 1
        rows.append((start, end))
        start = following
    rows.append((start, len(line)))
    return rows


def _shown(code: int) -> str:
    letter = chr(code)
    if letter == "\n":
        return letter
    if letter == "\t":
        return TAB
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    if category(letter) == "Zs":
        return " " * max(1, get_character_cell_size(letter))
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF or 0x1F3FB <= code <= 0x1F3FF:
        return ""  # they choose how the sign before is drawn, and terminals differ in how wide it is then
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(ord("A") + code - 0x1F1E6)  # two of them are a flag, in some terminals
    if not letter.isprintable() or (get_character_cell_size(letter) == 0 and not category(letter).startswith("M")):
        return _ODD
    return letter


_SIGNS = _Signs()
