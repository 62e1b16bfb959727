"""Two texts compared: passage by passage, line by line, word by word. Pure; takes milliseconds: not for the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import zip_longest

from ge_tui.tui.diff.hunks import Block, align
from ge_tui.tui.diff.texts import Passage, Side, side_of
from ge_tui.tui.diff.words import Marks, changed_words


@dataclass(frozen=True, slots=True)
class Section:
    """A passage on both sides; on one side only where it is new or gone."""

    name: str
    old: Passage | None
    new: Passage | None
    blocks: tuple[Block, ...]

    @property
    def removed(self) -> int:
        """Lines that went."""
        return sum(len(block.old) for block in self.blocks if not block.equal)

    @property
    def added(self) -> int:
        """Lines that came."""
        return sum(len(block.new) for block in self.blocks if not block.equal)

    @property
    def changed(self) -> bool:
        """Whether any line came or went."""
        return any(not block.equal for block in self.blocks)

    @property
    def lines(self) -> int:
        """As they stand side by side."""
        return sum(len(block.pairs) for block in self.blocks)


@dataclass(frozen=True)
class Comparison:
    """Everything a page needs to show how one text became another."""

    before: Side
    after: Side
    sections: tuple[Section, ...]
    marks: Mapping[tuple[int, int], tuple[Marks, Marks]]
    """Of changed lines that stand side by side (old, new): what is gone, what has come."""

    @cached_property
    def removed(self) -> int:
        """Lines that went, in all sections."""
        return sum(section.removed for section in self.sections)

    @cached_property
    def added(self) -> int:
        """Lines that came, in all sections."""
        return sum(section.added for section in self.sections)

    @property
    def equal(self) -> bool:
        """Whether both texts are the same."""
        return not self.removed and not self.added


def compare(before: str, after: str, names: Sequence[str] = ()) -> Comparison:
    """How `before` became `after`; `names` are the segments of the seed, by which both are cut."""
    old = side_of(before, names)
    new = side_of(after, names or old.names)
    sections = tuple(_sections(old, new))
    marks = {
        (pair.old, pair.new): changed_words(old.shown[pair.old], new.shown[pair.new])
        for section in sections
        for block in section.blocks
        for pair in block.pairs
        if not block.equal and pair.alike and pair.old is not None and pair.new is not None
    }
    return Comparison(old, new, sections, marks)


def _sections(old: Side, new: Side) -> Iterator[Section]:
    """Passages of a name beside each other, so that no line is matched with one of another segment."""
    for before, after in _beside(old.passages, new.passages):
        one = old.lines[before.start : before.stop] if before else ()
        other = new.lines[after.start : after.stop] if after else ()
        name = after.name if after else before.name if before else ""
        starts = before.start if before else 0, after.start if after else 0
        yield Section(name, before, after, align(one, other, *starts))


def _beside(old: Sequence[Passage], new: Sequence[Passage]) -> Iterator[tuple[Passage | None, Passage | None]]:
    matcher = SequenceMatcher(None, [p.name for p in old], [p.name for p in new], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(old[a:b], new[c:d], strict=True)
        else:
            yield from zip_longest(old[a:b], new[c:d])
