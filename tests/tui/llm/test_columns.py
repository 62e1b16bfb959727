"""Rows of lists: as wide as there is room, and never wider."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.run.store.call_list import CallInShort
from ge_tui.run.store.insights import KeptInsight
from ge_tui.tui.llm.book import CallBook
from ge_tui.tui.llm.columns import CALLS, INSIGHTS
from ge_tui.tui.llm.evidence import Evidence, Use
from tests.tui.text.test_safe import nasty


def call(number: int, individual: int = 1, *, read_as: str = "fence", words: str = "expert") -> CallInShort:
    return CallInShort(number, individual, 0, 0, 1.0, "mutate", words, words, words, words, 0.1, None, read_as,
                       10, 10, 0.5, 1.5)  # fmt: skip


@given(nasty, st.integers(1, 200))
def test_rows_and_titles_are_as_wide_as_the_list(words: str, width: int) -> None:
    evidence = Evidence(KeptInsight(1, words, 5, words, 6), (), Use(6, helped=True), alive=True)
    for row in (CALLS.row(call(1, read_as=words, words=words), width), INSIGHTS.row(evidence, width)):
        text = "".join(cell.text for cell in row)
        assert cell_len(text) == width
        assert all(letter.isprintable() for letter in text)
    assert cell_len(CALLS.heading(width)) <= width


def test_the_important_columns_go_last() -> None:
    assert [column.title for column in CALLS.fitting(40)] == ["", "for", "operator"]
    assert "persona" in [column.title for column in CALLS.fitting(60)]
    assert len(CALLS.fitting(250)) == len(CALLS.fixed)


def test_calls_that_become_settled_are_looked_at_again() -> None:
    book = CallBook()
    assert book.after == 0
    assert book.take([call(1), call(2, read_as=""), call(3)])
    assert book.after == 1
    assert not book.take([call(2, read_as=""), call(3)])
    assert book.take([call(2), call(3), call(4, individual=9)])
    assert [(one.id, one.read_as) for one in book.calls] == [(1, "fence"), (2, "fence"), (3, "fence"), (4, "fence")]
    assert book.after == 4
    assert not book.take([])
    book.filter(9)
    assert [one.id for one in book.shown] == [4]
    assert (book.newest_of(9), book.newest_of(1)) == (0, -1)
    assert book.take([call(5, individual=9), call(6)])
    assert [one.id for one in book.shown] == [4, 5]


def test_a_call_that_was_cut_off_is_not_looked_at_for_ever() -> None:
    book = CallBook()
    book.take([call(1, read_as=""), *(call(number) for number in range(2, 200))])
    assert book.after == 199
