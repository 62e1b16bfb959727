"""A text of several parts (thoughts, answer, prompt …) as rows of a given width. Pure; parts may grow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from ge_tui.tui.text.safe import bound_marks, clean, wrap

Span = tuple[int, int, str]
"""From, to (characters of a line), and the kind of colour."""
KINDS = ("keyword", "constant", "string", "comment", "number", "function", "class", "builtin", "decorator", "error")
"""What stands in code, by the names of its colours."""


class Row(NamedTuple):
    """A row of the screen."""

    part: int
    line: int
    """-1: the part's title."""
    start: int
    end: int


class Hit(NamedTuple):
    """A place where a text was found."""

    part: int
    line: int
    start: int
    end: int


@dataclass(slots=True)
class Part:
    """One of the texts, clean, in lines."""

    title: str = ""
    """In a row of its own; empty: none."""
    look: str = ""
    """The kind of colour of its lines; empty: as any text."""
    folded: bool = False
    """Only the title is shown."""
    lines: list[str] = field(default_factory=lambda: [""])
    spans: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    """Colours inside lines, by line."""
    rows: list[tuple[int, int, int]] = field(default_factory=list)
    """Line, from, to; for the width of the last layout."""
    _held: str = ""
    """A carriage return that came last; a newline may follow it."""

    @property
    def empty(self) -> bool:
        """Whether nothing has come of it yet."""
        return self.lines == [""]

    def layout(self, width: int) -> None:
        """Wrap its lines for a width."""
        self.rows = [(index, *row) for index, line in enumerate(self.lines) for row in wrap(line, width)]

    def append(self, text: str, width: int) -> int:
        """Add to the end; the first of its rows that is another now."""
        text, self._held = self._held + text, ""
        if text.endswith("\r"):
            text, self._held = text[:-1], "\r"
        first, *others = clean(text).split("\n")
        line, start, _ = self.rows.pop() if self.rows else (0, 0, 0)
        before = len(self.rows)
        joined = self.lines[line] + first
        self.lines[line] = joined if first.isascii() else joined[:start] + bound_marks(joined[start:])
        self.rows += [(line, *row) for row in wrap(self.lines[line], width, start)]
        for index, other in enumerate(others, line + 1):
            self.lines.append(bound_marks(other))
            self.rows += [(index, *row) for row in wrap(self.lines[index], width)]
        return before


class Document:
    """Parts below each other."""

    def __init__(self, *parts: Part) -> None:
        self.parts = list(parts)
        self.width = 0
        self._starts: list[int] = [0]

    @property
    def row_count(self) -> int:
        """Of all parts, for the width of the last layout."""
        return self._starts[-1]

    @property
    def lines(self) -> list[str]:
        """Everything, without titles."""
        return [line for part in self.parts for line in part.lines]

    def layout(self, width: int) -> None:
        """Wrap everything anew."""
        self.width = width
        for part in self.parts:
            part.layout(width)
        self._count()

    def append(self, index: int, text: str) -> range:
        """Add to a part; the rows that look different now."""
        part, before = self.parts[index], self.row_count
        was_empty = part.empty
        first = part.append(text, self.width)
        self._count()
        top = self._starts[index] + (1 if part.title else 0)
        if part.folded:
            return range(self._starts[index], top)
        if was_empty:  # its title was not shown before
            return range(self._starts[index], max(before, self.row_count))
        last = top + len(part.rows) if index == len(self.parts) - 1 else max(before, self.row_count)
        return range(top + first, last)

    def clear(self) -> None:
        """Empty every part."""
        for part in self.parts:
            part.lines, part.spans = [""], {}
        self.layout(self.width)

    def height_of(self, index: int) -> int:
        """The rows of a part, with its title."""
        return self._starts[index + 1] - self._starts[index]

    def fold(self, index: int, *, folded: bool) -> None:
        """Show only the title of a part, or all of it."""
        self.parts[index].folded = folded
        self._count()

    def row(self, y: int) -> Row | None:
        """What stands in a row; None below the end."""
        if not 0 <= y < self.row_count:
            return None
        index = next(i for i in range(len(self.parts)) if y < self._starts[i + 1])
        part, y = self.parts[index], y - self._starts[index]
        if part.title:
            if y == 0:
                return Row(index, -1, 0, 0)
            y -= 1
        return Row(index, *part.rows[y])

    def find(self, wanted: str) -> list[Hit]:
        """Every place where a text stands, upper and lower case alike; not in folded parts."""
        needle = clean(wanted).casefold()
        hits: list[Hit] = []
        for number, part in enumerate(self.parts):
            for index, line in enumerate(part.lines if needle and not part.folded else ()):
                folded = line.casefold()
                if len(folded) != len(line):  # a letter that folds into two: places would be off
                    folded = line.lower() if len(line.lower()) == len(line) else line
                at = folded.find(needle)
                while at >= 0:
                    hits.append(Hit(number, index, at, at + len(needle)))
                    at = folded.find(needle, at + len(needle))
        return hits

    def row_of(self, hit: Hit) -> int:
        """The row in which a hit begins."""
        part = self.parts[hit.part]
        top = self._starts[hit.part] + (1 if part.title else 0)
        rows = [y for y, (line, start, _) in enumerate(part.rows) if (line, start) <= (hit.line, hit.start)]
        return top + (rows[-1] if rows else 0)

    def _count(self) -> None:
        self._starts = [0, *accumulate(map(_height, self.parts))]


def part_of(text: str, title: str = "", look: str = "", *, folded: bool = False) -> Part:
    """A part that is complete."""
    return Part(title, look, folded, clean(text).split("\n"))


def _height(part: Part) -> int:
    """A part that has nothing to say shows not even its title."""
    if part.empty:
        return 0
    return bool(part.title) + (0 if part.folded else len(part.rows))
