"""Two texts compared: nothing is lost, nothing is shown twice, and the marks are where the texts differ."""

from __future__ import annotations

from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.genome import cut
from ge_tui.tui.diff.compare import Comparison, compare
from ge_tui.tui.diff.hunks import align, pair_up
from ge_tui.tui.diff.texts import side_of, split_lines
from ge_tui.tui.diff.words import changed_words, words
from tests.run.fakes import SEED_SOURCE

LINES = st.lists(st.sampled_from(["", "a", "b b", "    c = 1", "    c = 2", "def f(x):", "# --OPTION--"]), max_size=12)
TEXTS = LINES.map("\n".join) | LINES.map(lambda lines: "".join(f"{line}\n" for line in lines))


def applied(comparison: Comparison) -> str:
    """The new text, made of the old one and of the lines that came."""
    lines = []
    for section in comparison.sections:
        for block in section.blocks:
            if block.equal:
                lines += [comparison.before.lines[index] for index in block.old]
            else:
                lines += [comparison.after.lines[index] for index in block.new]
    return "".join(lines)


@given(TEXTS, TEXTS)
def test_the_changes_make_the_new_text_of_the_old_one(before: str, after: str) -> None:
    assert applied(compare(before, after)) == after


@given(TEXTS, TEXTS)
def test_every_line_of_both_is_there_once_and_in_order(before: str, after: str) -> None:
    comparison = compare(before, after)
    pairs = [pair for section in comparison.sections for block in section.blocks for pair in block.pairs]
    assert [pair.old for pair in pairs if pair.old is not None] == list(range(len(split_lines(before))))
    assert [pair.new for pair in pairs if pair.new is not None] == list(range(len(split_lines(after))))
    assert comparison.equal == (before == after)


@given(TEXTS, TEXTS)
def test_equal_blocks_are_equal_and_take_turns_with_changed_ones(before: str, after: str) -> None:
    old, new = split_lines(before), split_lines(after)
    blocks = align(old, new)
    assert [block.equal for block in blocks] == [blocks[0].equal ^ bool(i % 2) for i in range(len(blocks))]
    for block in blocks:
        assert block.pairs
        assert not block.equal or [old[i] for i in block.old] == [new[j] for j in block.new]


@given(TEXTS)
def test_a_text_is_its_sections_joined(text: str) -> None:
    side = side_of(text)
    assert "".join(side.lines) == text
    assert [line for passage in side.passages for line in range(passage.start, passage.stop)] == list(
        range(len(side.lines))
    )
    assert len(side.shown) == len(side.spans) == len(side.lines)


def test_a_change_in_a_segment_touches_no_other() -> None:
    names = cut(SEED_SOURCE).names
    after = SEED_SOURCE.replace("class Head:\n    WIDTH = 8", "class Head:\n    WIDTH = 16\n    DEPTH = 2")
    comparison = compare(SEED_SOURCE, after, names)
    assert [(s.name, s.added, s.removed) for s in comparison.sections if s.changed] == [("Head", 2, 1)]
    assert (comparison.added, comparison.removed) == (2, 1)
    ((old, new),) = comparison.marks
    line, marks = comparison.after.shown[new], comparison.marks[old, new][1]
    assert [line[start:stop] for start, stop in marks] == ["16"]


def test_the_same_class_in_two_segments_is_not_confused() -> None:
    """Both segments hold `WIDTH = 8`; a plain comparison of lines may match one with the other."""
    after = SEED_SOURCE.replace("class Net:\n    WIDTH = 8", "class Net:\n    DEPTH = 3")
    sections = {section.name: section for section in compare(SEED_SOURCE, after).sections}
    assert (sections["Net"].added, sections["Net"].removed, sections["Head"].changed) == (1, 1, False)


def test_a_segment_that_came_or_went_is_on_one_side() -> None:
    more = f"{SEED_SOURCE}# --OPTION--\nclass New:\n    pass\n"
    (*_, last) = compare(SEED_SOURCE, more).sections
    assert (last.name, last.old, last.added) == ("New", None, 3)
    (*_, last) = compare(more, SEED_SOURCE).sections
    assert (last.name, last.new, last.removed) == ("New", None, 3)


def test_only_the_end_of_the_last_line_differs() -> None:
    comparison = compare("a\nb\n", "a\nb")
    assert (comparison.added, comparison.removed) == (1, 1)


# -- side by side ------------------------------------------------------------------------------------------


@given(LINES, LINES)
def test_pairs_keep_the_order_and_lose_nothing(old: list[str], new: list[str]) -> None:
    pairs = pair_up(old, new)
    assert [pair.old for pair in pairs if pair.old is not None] == list(range(len(old)))
    assert [pair.new for pair in pairs if pair.new is not None] == list(range(len(new)))
    assert not any(pair.alike and None in (pair.old, pair.new) for pair in pairs)


def test_lines_that_are_alike_stand_side_by_side() -> None:
    old = ["x = nn.Conv2d(3, 8, 3)", "y = nn.Linear(8, 2)"]
    new = ["# wider", "x = nn.Conv2d(3, 16, 3)", "y = nn.Linear(16, 2)", "return y"]
    assert [(p.old, p.new) for p in pair_up(old, new) if p.alike] == [(0, 1), (1, 2)]


def test_a_rewrite_is_not_searched_for_pairs() -> None:
    old, new = [f"a{i}" for i in range(200)], [f"b{i}" for i in range(200)]
    assert [(p.old, p.new, p.alike) for p in pair_up(old, new)] == [(i, i, False) for i in range(200)]


# -- words -------------------------------------------------------------------------------------------------

CODE = st.lists(st.sampled_from(["x", " = ", "nn", ".", "Conv2d", "(", "3", ", ", "0.5", "1e-3", ")", "  ", "é"]))


def without(line: str, marks: tuple[tuple[int, int], ...]) -> str:
    for start, stop in reversed(marks):
        line = line[:start] + line[stop:]
    return "".join(line.split())


@given(CODE.map("".join), CODE.map("".join))
def test_without_what_is_marked_two_lines_are_the_same(before: str, after: str) -> None:
    gone, come = changed_words(before, after)
    if gone or come:
        assert without(before, gone) == without(after, come)
    elif before.split() != after.split():  # too little in common, or nothing but white space
        kept = sum(block.size for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
        assert kept < max(len(before), len(after))


@given(st.text())
def test_words_are_the_line(line: str) -> None:
    assert "".join(words(line)) == line


def test_a_number_is_a_word() -> None:
    assert changed_words("nn.Dropout(0.5)", "nn.Dropout(0.25)") == (((11, 14),), ((11, 15),))
    assert changed_words("lr=1e-3)", "lr=2e-3)") == (((3, 7),), ((3, 7),))


def test_lines_with_little_in_common_are_not_marked() -> None:
    assert changed_words("return self.norm(x)", "import torch") == ((), ())
    assert changed_words("x " * 500, "x " * 499 + "y") == ((), ())
