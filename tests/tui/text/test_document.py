"""Texts of several parts as rows: whether they came at once or piece by piece."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.text.document import Document, Hit, Part, Row, part_of
from tests.tui.text.test_safe import nasty


def shown(document: Document) -> list[str]:
    rows = [document.row(y) for y in range(document.row_count)]
    assert document.row(document.row_count) is None
    return [_text(document, row) for row in rows if row is not None]


def _text(document: Document, row: Row) -> str:
    part = document.parts[row.part]
    return f"= {part.title}" if row.line < 0 else part.lines[row.line][row.start : row.end]


@given(st.lists(nasty, max_size=8), st.integers(2, 20))
def test_a_text_that_came_in_pieces_is_the_text_that_came_at_once(pieces: list[str], width: int) -> None:
    grown = Document(Part("thoughts"), Part("answer"))
    grown.layout(width)
    for piece in pieces:
        before = shown(grown)
        changed = grown.append(1, piece)
        after = shown(grown)
        for y, (old, new) in enumerate(zip(before, after, strict=False)):
            assert old == new or y in changed
        assert len(after) <= max(len(before), changed.stop)
    text = "".join(pieces)
    whole = Document(part_of(text.removesuffix("\r"), "answer"))
    whole.layout(width)
    if "".join(whole.parts[0].lines) == "".join(grown.parts[1].lines):  # else a mark was alone in its piece
        assert shown(grown) == shown(whole)
    assert len(grown.parts[1].lines) == len(whole.parts[0].lines)


def test_parts_are_apart_and_empty_ones_are_not_seen() -> None:
    document = Document(Part("thoughts"), Part("answer"))
    document.layout(10)
    assert shown(document) == []
    assert document.append(1, "yes") == range(2)
    assert shown(document) == ["= answer", "yes"]
    assert document.append(0, "hm, let me see") == range(5)
    assert shown(document) == ["= thoughts", "hm, let me", "see", "= answer", "yes"]
    assert document.append(1, "\nand no") == range(4, 6)
    document.fold(0, folded=True)
    assert shown(document) == ["= thoughts", "= answer", "yes", "and no"]
    assert document.append(0, " more") == range(1)
    document.clear()
    assert shown(document) == []


def test_a_line_end_cut_in_two_is_one_line_end() -> None:
    document = Document(Part())
    document.layout(10)
    document.append(0, "a\r")
    document.append(0, "\nb")
    assert shown(document) == ["a", "b"]


def test_a_text_is_found_wherever_it_is_shown() -> None:
    document = Document(
        part_of("secret Net", "thoughts", folded=True), part_of("class Net:\n  # net of nets\n", "answer")
    )
    document.layout(8)
    hits = document.find("NET")
    assert hits == [Hit(1, 0, 6, 9), Hit(1, 1, 4, 7), Hit(1, 1, 11, 14)]
    assert [document.row_of(hit) for hit in hits] == [3, 4, 5]
    document.fold(0, folded=False)
    assert len(document.find("net")) == 4
    assert document.find("") == document.find("absent") == []


def test_a_letter_that_folds_into_two_does_not_shift_the_places() -> None:
    document = Document(part_of("Straße Netz"))
    document.layout(20)
    assert document.find("netz") == [Hit(0, 0, 7, 11)]
