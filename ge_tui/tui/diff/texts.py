"""One of the two texts that are compared: its lines, its segments, and how both look on a screen."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from ge_tui.genome import cut
from ge_tui.tui.text.highlight import Spans, highlight

HEADER = "header"
TAB = "→   "
_PLAIN = re.compile(r"[ -~]*\Z")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Passage:
    """The header, or a segment with the marker line in front of it."""

    name: str
    start: int
    """Its first line, counted from 0."""
    stop: int
    """The line after its last."""


@dataclass(frozen=True, slots=True)
class Side:
    """A text, ready to be compared and shown."""

    source: str
    lines: tuple[str, ...]
    """With their line ends: a last line without one differs from one with."""
    shown: tuple[str, ...]
    """The lines without ends, fit for a terminal; spans and marks count in these."""
    spans: tuple[Spans, ...]
    passages: tuple[Passage, ...]
    names: tuple[str, ...]
    """Of its segments."""
    width: int
    """Of the widest line, in cells."""


def side_of(source: str, names: Sequence[str] = ()) -> Side:
    """Take a text apart; `names` are the segments of an ancestor, as in `cut`. Takes milliseconds: not for the loop."""
    genome = cut(source, names)
    texts = [(HEADER, genome.header)]
    for mark, segment in zip(genome.separators, genome.segments, strict=True):
        texts.append((segment.name, mark + segment.text))
    lines: list[str] = []
    shown: list[str] = []
    spans: list[Spans] = []
    passages: list[Passage] = []
    for name, text in texts:
        new = split_lines(text)
        clean = tuple(visible(line) for line in new)
        if new or name != HEADER:
            passages.append(Passage(name, len(lines), len(lines) + len(new)))
        lines += new
        shown += clean
        spans += highlight(clean)
    width = max(map(cell_len, shown), default=0)
    return Side(source, tuple(lines), tuple(shown), tuple(spans), tuple(passages), genome.names, width)


def split_lines(text: str) -> list[str]:
    """Lines with their ends, parted at newlines only, as `diff` and `patch` count them."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def visible(text: str) -> str:
    """A line as it may be sent to a terminal: without its end, and with a sign for what would steer it."""
    text = text.removesuffix("\n")
    if _PLAIN.match(text):
        return text
    return "".join(_sign(character) for character in text)


def _sign(character: str) -> str:
    if character == "\t":
        return TAB
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\N{SYMBOL FOR DELETE}"
    # joiners and variation selectors change the width of what stands before them
    if unicodedata.category(character) in _UNSEEN or "\ufe00" <= character <= "\ufe0f":
        return "\N{REPLACEMENT CHARACTER}"
    return character
