"""Edits to a text at syntax-tree positions.

`ast.unparse` would lose every comment and marker; so operators change the text itself, and only the bytes a
node covers. The positions of `ast` count UTF-8 bytes, not characters: all arithmetic here is in bytes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Replace the bytes from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


class PlacedText:
    """A text whose syntax-tree nodes can be found in it. Lines end in `\\n`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bytes = text.encode()
        self._line_starts = [0]
        for line in self._bytes.split(b"\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """The bytes a node covers; parentheses around an expression are not part of it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._line_starts[node.lineno - 1] + node.col_offset
        return start, self._line_starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """The text of a node, as it is written."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def replaced(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> Splice:
        """A node with another text in its place."""
        return Splice(*self.span(node), text)

    def line_after(self, statement: ast.stmt, line: str) -> Splice | None:
        """A new line below a statement, indented as it is. None where it shares its line with other code."""
        around = self._own_line(statement)
        if around is None:
            return None
        indent, _, line_end = around
        return Splice(line_end, line_end, f"\n{indent}{line}")

    def line_removed(self, statement: ast.stmt) -> Splice | None:
        """A statement taken out with its line; a comment behind it stays. None where the line is shared."""
        around = self._own_line(statement)
        if around is None:
            return None
        indent, rest, line_end = around
        start, end = self.span(statement)
        if rest.strip():
            return Splice(start, end + len(rest) - len(rest.lstrip()), "")
        return Splice(start - len(indent), min(line_end + 1, len(self._bytes)), "")

    def _own_line(self, statement: ast.stmt) -> tuple[str, str, int] | None:
        """The indentation, what follows the statement on its line, and where that line ends."""
        start, end = self.span(statement)
        before = self._bytes[self._line_starts[statement.lineno - 1] : start]
        line_end = self._bytes.find(b"\n", end)
        line_end = len(self._bytes) if line_end < 0 else line_end
        rest = self._bytes[end:line_end]
        if before.strip() or (rest.strip() and not rest.lstrip().startswith(b"#")):
            return None
        return before.decode(), rest.decode(), line_end


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made, the last one first, so that none moves the place of another.

    Raises ValueError where two splices overlap: that is a fault of the operator, not of the genome.
    """
    content = text.encode()
    bound = len(content)
    for splice in sorted(splices, reverse=True):
        if splice.end > bound:
            raise ValueError("two edits overlap")
        content = content[: splice.start] + splice.text.encode() + content[splice.end :]
        bound = splice.start
    return content.decode()
