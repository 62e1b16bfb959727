"""What of a comparison is shown and what is folded away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ge_tui.tui.diff.compare import Section
from ge_tui.tui.diff.hunks import Block, Pair

ALL = 1_000_000
"""As many lines of context as there are."""

Key = tuple[int, int]
"""A foldable stretch: the section, and the block in it; -1: all of an unchanged section."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section begins."""

    section: Section


@dataclass(frozen=True, slots=True)
class Fold:
    """Unchanged lines that are not shown."""

    keys: tuple[Key, ...]
    lines: int
    names: tuple[str, ...] = ()
    """Of the sections that lie in it as a whole."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines that are shown: some of a block, or all of it."""

    equal: bool
    pairs: tuple[Pair, ...]


Item = Heading | Fold | Shown


def layout(sections: Sequence[Section], context: int, opened: frozenset[Key] = frozenset()) -> list[Item]:
    """The sections with so many unchanged lines around each change, and with the folds in `opened` unfolded."""
    items: list[Item] = []
    for index, section in enumerate(sections):
        if section.changed:
            items.append(Heading(section))
            items += _of_section(index, section.blocks, context, opened)
        elif context >= ALL or (index, -1) in opened:
            items.append(Heading(section))
            items += [Shown(True, block.pairs) for block in section.blocks]
        elif items and isinstance(fold := items[-1], Fold) and fold.names:
            items[-1] = Fold((*fold.keys, (index, -1)), fold.lines + section.lines, (*fold.names, section.name))
        else:
            items.append(Fold(((index, -1),), section.lines, (section.name,)))
    return items


def _of_section(index: int, blocks: Sequence[Block], context: int, opened: Iterable[Key]) -> Iterator[Item]:
    for place, block in enumerate(blocks):
        if not block.equal or (index, place) in opened:
            yield Shown(block.equal, block.pairs)
            continue
        head = context if place else 0  # nothing before it has changed
        tail = context if place < len(blocks) - 1 else 0
        hidden = len(block.pairs) - head - tail
        if hidden <= 1:  # a fold takes a line itself
            yield Shown(True, block.pairs)
            continue
        if head:
            yield Shown(True, block.pairs[:head])
        yield Fold(((index, place),), hidden)
        if tail:
            yield Shown(True, block.pairs[len(block.pairs) - tail :])
