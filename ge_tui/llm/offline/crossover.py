"""Crossover: segments of one parent in the place of another's; within a segment, differing lines."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterator, Sequence
from itertools import islice

from ge_tui.genome import Contract, Genome, syntax_hash
from ge_tui.llm.offline.choose import is_sound
from ge_tui.llm.offline.edit import Edit
from ge_tui.llm.offline.subject import examine

_TRIES = 8


def crossover(first: Genome, second: Genome, contract: Contract, rng: random.Random) -> Edit | None:
    """The first parent with some segments of the second. None where no segment they share differs.

    A child that is neither parent is preferred: some of several differing segments, or some of the differing
    lines of one. Where there is none whose shapes fit, the child takes over as little as fits, which may make
    it equal to the second parent; where nothing fits, the answer is None too.
    """
    names = [name for name in first.names if name in second.names and _differ(first, second, name)]
    subject = examine(first, contract)
    twin = syntax_hash(second)
    fallback: Edit | None = None
    for child, taken in islice(_mixtures(first, second, names, rng), _TRIES):
        if not is_sound(subject, child):
            continue
        edit = Edit(child.source, "crossover", taken[0] if len(taken) == 1 else "", _detail(taken))
        if syntax_hash(child) != twin:
            return edit
        fallback = fallback or edit
    return fallback


def _differ(first: Genome, second: Genome, name: str) -> bool:
    return first.segment(name).code != second.segment(name).code


def _detail(names: Sequence[str]) -> str:
    return f"{', '.join(names)} taken from the second parent"


def _mixtures(
    first: Genome, second: Genome, names: Sequence[str], rng: random.Random
) -> Iterator[tuple[Genome, Sequence[str]]]:
    """Some segments of several; lines within one; then one segment after another; in the end all of them."""
    if not names:
        return
    if len(names) > 1:
        for _ in range(3):
            chosen = set(rng.sample(range(len(names)), rng.randint(1, len(names) - 1)))
            yield _with_segments(first, second, [name for at, name in enumerate(names) if at in chosen])
    for _ in range(2):
        name = names[rng.randrange(len(names))]
        mixed = _with_lines(first.segment(name).code, second.segment(name).code, rng)
        if mixed is not None:
            yield first.with_segment(name, mixed), [name]
    for name in rng.sample(names, len(names)):
        yield _with_segments(first, second, [name])
    yield _with_segments(first, second, names)


def _with_segments(first: Genome, second: Genome, names: Sequence[str]) -> tuple[Genome, Sequence[str]]:
    child = first
    for name in names:
        child = child.with_segment(name, second.segment(name).code)
    return child, names


def _with_lines(ours: str, theirs: str, rng: random.Random) -> str | None:
    """Our text with some, not all, of the runs of lines in which theirs differs; None with only one."""
    before, after = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    runs = [at for at, code in enumerate(codes) if code[0] != "equal"]
    if len(runs) < 2:
        return None
    taken = set(rng.sample(runs, rng.randint(1, len(runs) - 1)))
    lines: list[str] = []
    for at, (_, start, end, other_start, other_end) in enumerate(codes):
        lines += after[other_start:other_end] if at in taken else before[start:end]
    return "".join(lines)
