"""Which lines of two texts belong together. Pure; every line of both is in the answer once, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

from ge_tui.tui.diff.words import words

_MOST_PAIRED = 6000
"""Combinations of old and new lines up to which the most alike are looked for."""
_ALIKE = 0.5


class Pair(NamedTuple):
    """An old and a new line (their indexes) that stand side by side; None: there is none on that side."""

    old: int | None
    new: int | None
    alike: bool = False
    """Whether one came from the other, as far as one can tell: equal lines always, changed ones by their words."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that follow each other: all equal, or all changed."""

    equal: bool
    pairs: tuple[Pair, ...]

    @property
    def old(self) -> list[int]:
        """The old lines of it."""
        return [pair.old for pair in self.pairs if pair.old is not None]

    @property
    def new(self) -> list[int]:
        """The new lines of it."""
        return [pair.new for pair in self.pairs if pair.new is not None]


def align(old: Sequence[str], new: Sequence[str], old_start: int = 0, new_start: int = 0) -> tuple[Block, ...]:
    """Blocks of equal and of changed lines, in turns. Indexes are counted from the two starts."""
    return tuple(_blocks(old, new, old_start, new_start))


def _blocks(old: Sequence[str], new: Sequence[str], old_start: int, new_start: int) -> Iterator[Block]:
    for equal, a, b, c, d in _turns(old, new):
        if equal:
            pairs = [Pair(old_start + i, new_start + j, alike=True) for i, j in zip(range(a, b), range(c, d))]  # noqa: B905
        else:
            pairs = [
                Pair(None if i is None else old_start + a + i, None if j is None else new_start + c + j, alike)
                for i, j, alike in pair_up(old[a:b], new[c:d])
            ]
        yield Block(equal, tuple(pairs))


def _turns(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Whether equal, and which lines of both; what both begin or end with is not searched through."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    turns: list[tuple[bool, int, int, int, int]] = []
    if head:
        turns.append((True, 0, head, 0, head))
    for tag, a, b, c, d in matcher.get_opcodes():
        turns.append((tag == "equal", head + a, head + b, head + c, head + d))
    if tail:
        turns.append((True, len(old) - tail, len(old), len(new) - tail, len(new)))
    joined: list[tuple[bool, int, int, int, int]] = []
    for turn in turns:
        if joined and joined[-1][0] == turn[0]:
            turn = (turn[0], joined[-1][1], turn[2], joined[-1][3], turn[4])  # noqa: PLW2901
            joined.pop()
        joined.append(turn)
    yield from joined


def pair_up(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Changed lines side by side: those that are alike together, the others in the gaps between."""
    pairs: list[Pair] = []
    done_old = done_new = 0
    for i, j in [*_most_alike(old, new), (len(old), len(new))]:
        gap = zip_longest(range(done_old, i), range(done_new, j))
        pairs += [Pair(a, b) for a, b in gap]
        if i < len(old):
            pairs.append(Pair(i, j, alike=True))
        done_old, done_new = i + 1, j + 1
    return pairs


def _most_alike(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The ordered choice of pairs that are alike whose likeness adds up to most."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRED:
        return []
    olds, news = ([_signature(line) for line in lines] for lines in (old, new))
    # best[i][j]: what can be had of the lines from i and from j on
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        row, below = best[i], best[i + 1]
        for j in reversed(range(len(new))):
            row[j] = max(below[j], row[j + 1], below[j + 1] + _likeness(olds[i], news[j]))
    chosen = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            chosen.append((i, j))
            i, j = i + 1, j + 1
    return chosen


def _signature(line: str) -> frozenset[str]:
    return frozenset(word for word in words(line) if not word.isspace())


def _likeness(old: frozenset[str], new: frozenset[str]) -> float:
    """How much of two lines' words is shared; 0 where it is less than half."""
    if not old or not new:
        return 0.0
    share = 2 * len(old & new) / (len(old) + len(new))
    return share if share > _ALIKE else 0.0
