"""Which panes stand where, by the size of the terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TWO_COLUMNS = 100
"""From this width on."""
THREE_COLUMNS = 160
_LOG_BELOW = 30
"""The least height at which the log stands below the table instead of behind it."""
_LLM_BELOW = 40
_BELOW_THE_TABLE = ("log", "history")
SMALLEST = (40, 10)
"""Below this nothing useful can be shown."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Panes that share a place; the one used last is in front."""

    panes: tuple[str, ...]
    share: float = 1.0
    """Of the column's height."""


@dataclass(frozen=True, slots=True)
class Column:
    """Stacks above each other."""

    stacks: tuple[Stack, ...]
    share: float = 1.0
    """Of the width."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visible pane stands, in cells."""

    pane: str
    stack: tuple[str, ...]
    """All that share its place, itself included, in their order."""
    x: int
    y: int
    width: int
    height: int


def columns(width: int, height: int, panes: Sequence[str]) -> tuple[Column, ...]:
    """The plan for a size: one, two or three columns."""
    everything = tuple(panes)
    if width < TWO_COLUMNS:
        return (Column((Stack(everything),)),)
    left = _split(everything, ("population",), _BELOW_THE_TABLE, 0.7 if height >= _LOG_BELOW else 0)
    rest = tuple(pane for pane in everything if pane not in ("population", *_BELOW_THE_TABLE))
    if width < THREE_COLUMNS:
        return (Column(left, 0.56), Column((Stack(rest),), 0.44))
    right = _split(everything, ("controls",), ("llm",), 0.55 if height >= _LLM_BELOW else 0)
    middle = tuple(pane for pane in rest if pane not in ("controls", "llm"))
    return (Column(left, 0.37), Column((Stack(middle),), 0.36), Column(right, 0.27))


def _split(known: tuple[str, ...], upper: tuple[str, ...], lower: tuple[str, ...], share: float) -> tuple[Stack, ...]:
    """Two stacks, one above the other, or one of both where there is no height for two."""
    above, below = tuple(p for p in upper if p in known), tuple(p for p in lower if p in known)
    if share and above and below:
        return (Stack(above, share), Stack(below, 1 - share))
    return (Stack(above + below),)


def places(
    width: int, height: int, panes: Sequence[str], recent: Sequence[str], zoomed: str | None = None
) -> list[Place]:
    """Where each visible pane stands; `recent` names panes in the order they were last used, the latest first."""
    if zoomed in panes and zoomed is not None:
        return [Place(zoomed, tuple(panes), 0, 0, width, height)]
    found: list[Place] = []
    plan = [column for column in columns(width, height, panes) if any(stack.panes for stack in column.stacks)]
    total = sum(column.share for column in plan)
    x = 0
    for column in plan:
        right = width if column is plan[-1] else x + round(width * column.share / total)
        stacks = [stack for stack in column.stacks if stack.panes]
        y = 0
        for stack in stacks:
            bottom = height if stack is stacks[-1] else y + round(height * stack.share)
            front = next((pane for pane in recent if pane in stack.panes), stack.panes[0])
            found.append(Place(front, stack.panes, x, y, right - x, bottom - y))
            y = bottom
        x = right
    return found


_LEAST_LETTERS = 3


def shorten(titles: Sequence[str], room: int, kept: Sequence[str] = ()) -> list[str]:
    """Titles that fit together: the longest lose a letter in turn; where all are too short to be read, only `kept`."""
    lengths = [len(title) for title in titles]
    while sum(lengths) > room:
        free = [at for at, title in enumerate(titles) if title not in kept and lengths[at] > _LEAST_LETTERS]
        if not free:
            return [title if title in kept else "" for title in titles]
        lengths[max(free, key=lambda at: (lengths[at], lengths[at] < len(titles[at])))] -= 1
    return [title[:length] for title, length in zip(titles, lengths, strict=True)]
