"""Pages show every line once, fold what did not change, and know where things are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.diff.compare import compare
from ge_tui.tui.diff.folds import ALL, Fold, Heading, layout
from ge_tui.tui.diff.page import Page, widths
from ge_tui.tui.diff.pieces import cells
from ge_tui.tui.diff.text_page import Options, text_page
from tests.tui.diff.runs import CHILD, OTHER, SEED
from tests.tui.diff.test_compare import TEXTS


def lines_of(page: Page) -> list[str]:
    """The lines as they would be read, both columns with a bar between them."""
    return [
        "|".join("".join(piece.text for piece in (*column.gutter, *column.body)) for column in page.draw(index))
        for index in range(page.height)
    ]


def shown(before: str, after: str, **options: object) -> list[str]:
    return lines_of(text_page(compare(before, after), Options(80, **options)))


def test_a_unified_page() -> None:
    assert shown(SEED, CHILD, context=1) == [
        "… 3 unchanged lines: header",
        "── Gate +1 −1 " + "─" * 66,
        "… 4 unchanged lines",
        " 8  8       def __init__(self, cin):",
        " 9    -         self.ratio = 4",
        "    9 +         self.ratio = 8",
        "10 10           self.cin = cin",
        "… 6 unchanged lines",
        "… 5 unchanged lines: Head",
        "── Net +2 −1 " + "─" * 67,
        "… 11 unchanged lines",
        "33 33           d = c * self.rate",
        "34    -         return d",
        "   34 +         e = d + 1",
        "   35 +         return e",
    ]


def test_the_same_side_by_side() -> None:
    page = text_page(compare(SEED, CHILD), Options(100, "split", context=0))
    assert lines_of(page)[3:4] == [" 9 -         self.ratio = 4| 9 +         self.ratio = 8"]
    assert lines_of(page)[-2:] == ["34 -         return d|34 +         e = d + 1", "     |35 +         return e"]
    assert page.changes == (range(3, 4), range(8, 10))
    assert page.sections == (1, 6)
    assert sorted(page.folds) == [0, 2, 4, 5, 7]


def test_a_narrow_page_has_one_column_of_numbers() -> None:
    lines = lines_of(text_page(compare(SEED, CHILD), Options(40, context=0)))
    assert lines[3:5] == [" 9 -         self.ratio = 4", " 9 +         self.ratio = 8"]


def test_an_opened_fold_shows_its_lines_and_leaves_the_others_folded() -> None:
    comparison = compare(SEED, CHILD)
    folds = [item for item in layout(comparison.sections, 1) if isinstance(item, Fold)]
    (unchanged,) = [fold for fold in folds if fold.names == ("Head",)]
    lines = shown(SEED, CHILD, context=1, opened=frozenset(unchanged.keys))
    assert "── Head unchanged " + "─" * 62 in lines
    assert "19 19       WIDTH = 8" in lines
    assert sum(line.startswith("…") for line in lines) == len(folds) - 1


def test_a_fold_of_one_line_would_save_nothing() -> None:
    before = "a\nb\nc\nd\ne\n"
    assert not any(
        line.startswith("…") for line in shown(before, before.replace("a", "x").replace("e", "y"), context=1)
    )


@pytest.mark.parametrize("style", ["before", "after"])
def test_a_source_is_whole_and_its_changed_lines_have_a_sign(style: str) -> None:
    text, sign = (SEED, "-") if style == "before" else (CHILD, "+")
    page = text_page(compare(SEED, CHILD), Options(80, style, context=1))
    body = [line for line in lines_of(page) if not line.startswith("──")]
    assert [line[5:] for line in body] == text.split("\n")[:-1]
    signed = [line[5:].strip() for line in body if line[3] == sign]
    assert signed == (
        ["self.ratio = 4", "return d"] if style == "before" else ["self.ratio = 8", "e = d + 1", "return e"]
    )
    assert len(page.changes) == 2


@given(TEXTS, TEXTS, st.booleans())
def test_in_full_context_every_line_of_both_is_shown_once(before: str, after: str, split: bool) -> None:
    page = text_page(compare(before, after), Options(80, "split" if split else "unified", context=ALL))
    old, new = [], []
    for index in range(page.height):
        row = page.draw(index)
        if not row[0].gutter:
            continue
        columns = [row[0], row[1]] if split else [row[0], row[0]]
        for side, column, place in ((old, columns[0], 0), (new, columns[1], -1)):
            numbers = column.gutter[0].text
            number = numbers if split else (numbers[:3] if place == 0 else numbers[3:])
            if number.strip():
                side.append((int(number), "".join(p.text for p in column.body)))
    for side, text in ((old, before), (new, after)):
        assert [number for number, _ in side] == list(range(1, len(side) + 1))
        assert [line.removesuffix("  (no newline at the end)") for _, line in side] == [
            line for line in text.removesuffix("\n").split("\n") if text
        ]


@given(TEXTS, TEXTS, st.integers(0, 4))
def test_folds_count_what_they_hide(before: str, after: str, context: int) -> None:
    comparison = compare(before, after)
    items = layout(comparison.sections, context)
    lines = sum(0 if isinstance(i, Heading) else i.lines if isinstance(i, Fold) else len(i.pairs) for i in items)
    assert lines == sum(section.lines for section in comparison.sections)
    changed = [item.section.name for item in items if isinstance(item, Heading)]
    assert changed == [section.name for section in comparison.sections if section.changed]


@given(TEXTS, TEXTS, st.integers(1, 130), st.sampled_from(["unified", "split"]), st.booleans())
def test_no_wrapped_line_is_too_wide(before: str, after: str, width: int, style: str, wide: bool) -> None:
    comparison = compare(before + "x" * 90 * wide, after + "世" * 70 * wide)
    page = text_page(comparison, Options(width, style, wrap=True, context=ALL))
    assert page.overflow == 0
    for index in range(page.height):
        row = page.draw(index)
        for column, room in zip(row, widths(width, len(row)), strict=True):
            gutter = cells(column.gutter)
            shown = tuple(piece for piece in column.body if "newline at the end" not in piece.text)
            assert cells(shown) <= max(room - gutter, 2)


def test_wrapping_shows_all_of_a_line() -> None:
    long = f"x = [{', '.join(map(str, range(60)))}]\n"
    page = text_page(compare("", long), Options(60, wrap=True))
    body = ["".join(piece.text for piece in page.draw(i)[0].body) for i in range(1, page.height)]
    assert "".join(body) == long.strip()
    assert page.changes == (range(1, page.height),)
    without = text_page(compare("", long), Options(60))
    assert without.overflow == len(long) - 1 - (60 - 8)


def test_which_change_a_line_belongs_to() -> None:
    page = text_page(compare(SEED, CHILD), Options(80, context=1))
    first, second = page.changes
    assert [page.change_at(line) for line in (first.start, first.stop - 1, second.start)] == [0, 0, 1]
    assert page.change_at(first.stop) is None
    assert page.change_at(0) is None


def test_texts_that_are_the_same_are_one_fold() -> None:
    assert shown(OTHER, OTHER) == ["… 34 unchanged lines: header, Gate, Head, Net"]
