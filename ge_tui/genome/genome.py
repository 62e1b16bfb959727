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
from itertools import pairwise, zip_longest

SEGMENT_MARKER = "# --OPTION--"
NOTE_MARKER = "# -- NOTE --"

_MARKER_LINE = re.compile(r"^" + re.escape(SEGMENT_MARKER) + r"[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_NOTE_BLOCK = re.compile(
    rf"^[ \t]*{re.escape(NOTE_MARKER)}[ \t]*\r?\n.*?^[ \t]*{re.escape(NOTE_MARKER)}[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
_DEFINITION = re.compile(r"^(class|def|async def)[ \t]+(\w+)", re.MULTILINE)
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
        """The protected note block, or an empty string."""
        found = _NOTE_BLOCK.search(self.text)
        return found.group() if found else ""

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
        parts = [self.header]
        for separator, segment in zip(self.separators, self.segments, strict=True):
            parts += (separator, segment.text)
        return "".join(parts)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(segment.name for segment in self.segments)

    def segment(self, name: str) -> Segment:
        """The segment called `name`. Raises SegmentError where there is none."""
        return self.segments[self._index(name)]

    def with_segment(self, name: str, code: str) -> Genome:
        """This genome with the code of one segment replaced; its note block and its place stay.

        `code` may end without a newline; the blank lines that parted the old segment from the next are kept.
        Raises SegmentError where there is no such segment.
        """
        index = self._index(name)
        old = self.segments[index]
        body = _NOTE_BLOCK.sub("", code).strip("\r\n")
        lead, tail = _surrounding_newlines(old.code)
        new = replace(old, text=f"{lead}{old.note}{body}{tail}")
        return replace(self, segments=(*self.segments[:index], new, *self.segments[index + 1 :]))

    def with_header(self, header: str) -> Genome:
        return replace(self, header=header)

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
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines = _LINE.findall(source)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    starts: list[int] = []
    for node in tree.body:
        if not isinstance(node, _DefinitionNode):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
        if first >= len(lines):  # form feeds and the like: the parser counted lines in another way
            return []
        while first > 0 and lines[first - 1].startswith("#"):
            first -= 1
        starts.append(offsets[first])
    return sorted(set(starts))


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


def _surrounding_newlines(text: str) -> tuple[str, str]:
    stripped = text.strip("\r\n")
    if not stripped:
        return "", text or "\n"
    start = text.index(stripped)
    return text[:start], text[start + len(stripped) :] or "\n"
