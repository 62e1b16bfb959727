"""Lines that are sent to the terminal: as few bytes as can be, and only the columns that are others now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_NEAR = 4
"""Cells that cost less to paint than to leave out."""


def lean(strip: Strip) -> Strip:
    """The same to look at, with blanks in the style of what stands before them: each change of style costs 45 bytes."""
    joined: list[Segment] = []
    for segment in strip:
        text, style, _ = segment
        last = joined[-1] if joined else None
        if last is not None and (last.style == style or (text.isspace() and _blanks_are_alike(last.style, style))):
            joined[-1] = Segment(last.text + text, last.style)
        else:
            joined.append(segment)
    return Strip(joined, strip.cell_length)


def _blanks_are_alike(before: Style | None, blank: Style | None) -> bool:
    """Whether a blank looks the same in either style."""
    if before is None or blank is None:
        return before is blank
    return before.bgcolor == blank.bgcolor and not any(
        (style.underline or style.reverse or style.strike) for style in (before, blank)
    )


def changed_span(before: Strip, after: Strip) -> tuple[int, int] | None:
    """The columns, from and to, outside of which two rows are the same; None for equal ones."""
    if before == after:
        return None
    if before.cell_length != after.cell_length:
        return 0, max(before.cell_length, after.cell_length)
    start = _same_cells(iter(before), iter(after))
    end = before.cell_length - _same_cells(reversed(before), reversed(after))
    return start, max(end, start + 1)


def _same_cells(before: Iterable[Segment], after: Iterable[Segment]) -> int:
    """The width of the segments that two rows begin with alike."""
    width = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        width += one.cell_length
    return width


def changed_spans(before: Strip, after: Strip) -> list[tuple[int, int]]:
    """The columns, from and to, in which two lines differ; those that are near each other in one."""
    if before == after:
        return []
    if before.cell_length != after.cell_length or not _is_plain(before) or not _is_plain(after):
        return [(0, max(before.cell_length, after.cell_length))]
    spans: list[tuple[int, int]] = []
    for x, (one, other) in enumerate(zip(_cells(before), _cells(after), strict=True)):
        if one != other and not (one[0] == other[0] == " " and _blanks_are_alike(one[1], other[1])):
            if spans and x - spans[-1][1] <= _NEAR:
                spans[-1] = spans[-1][0], x + 1
            else:
                spans.append((x, x + 1))
    return spans


def _is_plain(strip: Strip) -> bool:
    """Whether each character is a cell."""
    return all(segment.cell_length == len(segment.text) for segment in strip)


def _cells(strip: Strip) -> Iterator[tuple[str, Style | None]]:
    for text, style, _ in strip:
        for character in text:
            yield character, style
