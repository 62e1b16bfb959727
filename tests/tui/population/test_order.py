"""The order of the rows, kept as individuals change, is the order of sorting them all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.individuals.columns import columns_of
from ge_tui.tui.individuals.facts import Facts
from ge_tui.tui.individuals.query import matcher, parse
from ge_tui.tui.population.order import Order
from tests.tui.population.sample import book_of, one, run_model

COLUMNS = columns_of(run_model().objectives)
MEASURED = st.fixed_dictionaries({
    "accuracy": st.sampled_from([0.1, 0.2, 0.2, 0.3, float("nan")]),
    "persona": st.sampled_from(["expert", "Expert", "exp", "", None, "\x00", "z\U0010ffff"]),
})  # fmt: skip


@given(
    st.lists(MEASURED, min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 14), MEASURED), max_size=20),
    st.sampled_from(["number", "accuracy", "persona", "learning", "parents", "reason"]),
    st.booleans(),
    st.sampled_from(["", "acc>0.15", "persona:exp"]),
)
def test_what_is_kept_up_is_what_is_sorted_anew(
    first: list[dict[str, object]], then: list[tuple[int, dict[str, object]]], column: str, falling: bool, text: str
) -> None:
    def facts(number: int, drawn: dict[str, object]) -> Facts:
        (made,) = book_of(
            run_model((one(number, metrics={"accuracy": drawn["accuracy"]}, persona=drawn["persona"]),))
        ).values()
        return made

    book = {number: facts(number, drawn) for number, drawn in enumerate(first)}
    kept = Order(COLUMNS[column].key, falling, matcher(parse(text)))
    kept.rebuild(book)
    for number, drawn in then:
        book[number] = facts(number, drawn)
        kept.update(book, [number])
    anew = replace(kept, _keys=[], _shown={})
    anew.rebuild(book)
    numbers = [kept.number_at(row) for row in range(len(kept))]
    assert numbers == [anew.number_at(row) for row in range(len(anew))]
    assert [kept.index_of(number) for number in numbers] == list(range(len(kept)))
    assert kept.newest == max(numbers, default=None)
    assert all((number in kept) == (number in numbers) for number in range(16))


@pytest.mark.parametrize("falling", [False, True])
def test_what_has_no_value_comes_last_and_equal_ones_stand_by_number(falling: bool) -> None:
    book = book_of(run_model((
        one(0, metrics={"accuracy": 0.5}), one(1, metrics={}), one(2, metrics={"accuracy": 0.9}),
        one(3, metrics={"accuracy": 0.5}), one(4, metrics={"accuracy": float("nan")}),
    )))  # fmt: skip
    order = Order(COLUMNS["accuracy"].key, falling)
    order.rebuild(book)
    assert [order.number_at(row) for row in range(5)] == ([2, 0, 3, 1, 4] if falling else [0, 3, 2, 1, 4])


@given(st.lists(st.text(max_size=4), max_size=8))
def test_words_fall_as_they_rise(words: list[str]) -> None:
    people = tuple(one(number, persona=word) for number, word in enumerate(words))
    book = book_of(run_model(people))
    key = COLUMNS["persona"].key
    rising, falling = Order(key), Order(key, falling=True)
    rising.rebuild(book)
    falling.rebuild(book)
    up = [key(book[rising.number_at(row)]) for row in range(len(words))]
    down = [key(book[falling.number_at(row)]) for row in range(len(words))]
    told = [word for word in up if word is not None]
    assert [word for word in down if word is not None] == told[::-1]
    assert told == sorted(told)
