"""A genome: one source file as a protected header and named segments.

The file format is the original system's: the line `# --OPTION--` parts header and segments, and a block
between two `# -- NOTE --` lines inside a segment survives every rewrite of that segment.
A file without markers is cut at its top-level classes and functions.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise, zip_longest

from ge_tui.genome.parse import NotPythonError, parse

SEGMENT_MARKER = "# --OPTION--"
NOTE_MARKER = "# -- NOTE --"

_LINE_START = r"(?<![^\r\n])"
_LINE_END = r"[ \t]*(?:\r\n|\r|\n|\Z)"
_MARKER_LINE = re.compile(_LINE_START + re.escape(SEGMENT_MARKER) + _LINE_END)
_NOTE_LINE = _LINE_START + r"[ \t]*" + re.escape(NOTE_MARKER) + _LINE_END
_NOTE_BLOCK = re.compile(f"{_NOTE_LINE}.*?{_NOTE_LINE}", re.DOTALL)
_DEFINITION = re.compile(_LINE_START + r"(class|def|async def)[ \t]+(\w+)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")

_DefinitionNode = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class SegmentError(ValueError):
    """A segment was asked for that the genome does not have."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One evolvable part of the file."""

    name: str
    """The class or function it is known by; stable over rewrites."""
    text: str
    """Exactly as in the file, note block and line ends included."""

    @property
    def note(self) -> str:
        """The protected note block, or an empty string; several are joined."""
        return "".join(_NOTE_BLOCK.findall(self.text))

    @property
    def code(self) -> str:
        """The text without its note block."""
        return _NOTE_BLOCK.sub("", self.text)


@dataclass(frozen=True, slots=True)
class Genome:
    """A source file in parts; `source` joins them again, to the letter."""

    header: str
    segments: tuple[Segment, ...]
    separators: tuple[str, ...]
    """The marker line in front of each segment; empty strings in a file without markers."""

    @property
    def source(self) -> str:
        """The whole file."""
        parts = [self.header]
        for separator, segment in zip(self.separators, self.segments, strict=True):
            parts += (separator, segment.text)
        return "".join(parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the segments, in their order."""
        return tuple(segment.name for segment in self.segments)

    def segment(self, name: str) -> Segment:
        """The segment called `name`. Raises SegmentError where there is none."""
        return self.segments[self._index(name)]

    def with_segment(self, name: str, code: str) -> Genome:
        """This genome with the code of one segment replaced; its note block and its place stay.

        `code` may end without a newline; the blank lines that parted the old segment from the next are kept.
        Marker lines in `code` are left out, so that the file still has the segments it had.
        Raises SegmentError where there is no such segment.
        """
        index = self._index(name)
        old = self.segments[index]
        body = _MARKER_LINE.sub("", _NOTE_BLOCK.sub("", code.strip("\r\n"))).strip("\r\n")
        new = replace(old, text=_with_surroundings(old, body))
        separators = list(self.separators)
        separators[index] = _ended(separators[index])
        segments = (*self.segments[:index], new, *self.segments[index + 1 :])
        return replace(self, segments=segments, separators=tuple(separators))

    def with_header(self, header: str) -> Genome:
        """This genome with another header, which may end without a newline."""
        return replace(self, header=_ended(header))

    def _index(self, name: str) -> int:
        try:
            return self.names.index(name)
        except ValueError:
            raise SegmentError(f"no segment '{name}'; there are: {', '.join(self.names)}") from None


def cut(source: str, names: Sequence[str] = ()) -> Genome:
    """Cut a file into header and segments; `cut(text).source == text` for any text.

    `names` are the segment names of an ancestor: where the number of segments agrees they are kept, so
    that a segment is still called `SE` after a rewrite has added a helper class to it.
    """
    if _MARKER_LINE.search(source):
        header, separators, texts = _cut_at_markers(source)
    else:
        header, separators, texts = _cut_at_definitions(source)
    if len(names) != len(texts):
        names = _unique([_name_of(text, index) for index, text in enumerate(texts, start=1)])
    segments = tuple(Segment(name, text) for name, text in zip(names, texts, strict=True))
    return Genome(header, segments, tuple(separators))


def normalise_newlines(source: str) -> str:
    """The text with `\\n` line ends, as the engine keeps it; seeds of the original system come with CRLF."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _cut_at_markers(source: str) -> tuple[str, list[str], list[str]]:
    markers = list(_MARKER_LINE.finditer(source))
    texts = [
        source[marker.end() : following.start() if following else len(source)]
        for marker, following in zip_longest(markers, markers[1:])
        if marker is not None
    ]
    return source[: markers[0].start()], [marker.group() for marker in markers], texts


def _cut_at_definitions(source: str) -> tuple[str, list[str], list[str]]:
    """Cut in front of every top-level class or function, the comments above it included."""
    starts = _definition_starts(source)
    if not starts:
        return "", [""], [source]
    bounds = [*starts, len(source)]
    texts = [source[start:end] for start, end in pairwise(bounds)]
    return source[: starts[0]], [""] * len(texts), texts


def _definition_starts(source: str) -> list[int]:
    try:
        tree = parse(source)
    except NotPythonError:
        return []
    lines = _LINE.findall(source)
    offsets = [0, *accumulate(len(line) for line in lines)]
    starts: list[int] = []
    above = 0  # where the statement before ends, so that no line of a string is taken for a comment
    for node in tree.body:
        if isinstance(node, _DefinitionNode):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
            while first > above and lines[first - 1].startswith("#"):
                first -= 1
            starts.append(offsets[first])
        above = node.end_lineno or node.lineno
    return starts


def _name_of(text: str, index: int) -> str:
    """The last class defined at the top of the text, or its last function: helpers come before what they help."""
    found = _DEFINITION.findall(text)
    classes = [name for kind, name in found if kind == "class"]
    functions = [name for kind, name in found if kind != "class"]
    return str((classes or functions or [f"segment{index}"])[-1])


def _unique(names: Sequence[str]) -> list[str]:
    """Names with a number added to the second and later bearers of the same name."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        result.append(candidate)
    return result


def _with_surroundings(old: Segment, body: str) -> str:
    """New code between the note block and the blank lines of the segment whose place it takes."""
    notes = _ended(old.note)
    lead = _leading_newlines(old.text) if notes else ""
    rest = old.text[max((block.end() for block in _NOTE_BLOCK.finditer(old.text)), default=0) :]
    gap = _leading_newlines(rest) if rest.strip("\r\n") else ""
    tail = rest[len(rest.rstrip("\r\n")) :]
    return _ended(f"{lead}{notes}{gap}{body}{tail}")


def _ended(lines: str) -> str:
    """Some lines, the last of them ended too."""
    return lines if not lines or lines.endswith(("\r", "\n")) else f"{lines}\n"


def _leading_newlines(text: str) -> str:
    return text[: len(text) - len(text.lstrip("\r\n"))]
