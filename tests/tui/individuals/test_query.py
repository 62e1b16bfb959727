"""The filter's language: what it means, what it says of mistakes, and that nothing else comes of any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.tui.individuals.query import (
    And,
    Compare,
    Flag,
    Node,
    Not,
    Or,
    QueryError,
    Said,
    Text,
    complete,
    matcher,
    parse,
    without_beginning,
)
from ge_tui.tui.individuals.query.vocabulary import FLAGS, NUMBERS, TEXTS
from tests.tui.individuals.written import written
from tests.tui.population.sample import book_of, run_model


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", list(range(10))),
        ("front", [0, 1]),
        ("FRONT -seed", [1]),
        ("elite", [2]),
        ("seed", [0]),
        ("evaluated", [0, 1, 2]),
        ("failed", [3, 4]),
        ("training", [7]),
        ("waiting", [8, 9]),
        ("duplicate", [5]),
        ("rejected", [6]),
        ("persona:engineer", [2]),
        ("op:eot or op=crossover", [2, 5]),
        ("outcome:shape", [3]),
        ("outcome!=shape failed", [4]),
        ("seg:fct", [4]),
        ("cat:complex gen:1", [4, 5, 6, 7]),
        ("model:coder number<3", [1, 2]),
        ("parent:2", [5]),
        ("parents=1", [5]),
        ("of:1", [5]),
        ("acc>0.8", [1, 5]),
        ("acc>=90%", [1, 5]),
        ("params<500k", [0]),
        ("params >= 0.5M and -duplicate", [1, 2]),
        ("gain>0", [1, 5]),
        ("gain<0", [2]),
        ("temp=0.3 seed", []),
        ("#7 or number=8", [7, 8]),
        ("flops>0", [1, 5]),
        ("lat>0", []),
        ("conv3", [4]),
        ('"do not fit"', [3]),
        ("not (failed or waiting) and not evaluated", [5, 6, 7]),
        ("failed -conv3 or rejected", [3, 6]),
        ("-(acc>0.1)", [3, 4, 6, 7, 8, 9]),
        ("acc!=0.9 evaluated", [0, 2]),
        ("status:evaluating", [7]),
        ('reason:"cut off"', [6]),
    ],
)
def test_what_a_filter_keeps(text: str, numbers: list[int]) -> None:
    keep = matcher(parse(text))
    assert [number for number, facts in book_of(run_model()).items() if keep(facts)] == numbers


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("persna:expert", 0, "no field 'persna'; did you mean persona?"),
        ("front frnt:1", 6, "did you mean front?"),
        ("ValueError: bad", 0, "put it in quotes"),
        ("acc>", 4, "a number is missing"),
        ("persona:", 8, "a word is missing"),
        ("acc>much", 4, "'much' is not a number"),
        ("persona>5", 7, "it has no '>'; did you mean persona:5?"),
        ("(front", 0, "not closed"),
        ("front)", 5, "no parenthesis was opened"),
        ("front ()", 6, "nothing between"),
        ('front "x', 6, "quotes are not closed"),
        ('""', 0, "nothing between the quotes"),
        ("or front", 0, "nothing before 'or'"),
        ("front or", 6, "nothing after 'or'"),
        ("and front", 0, "nothing before 'and'"),
        ("front and", 6, "nothing after 'and'"),
        ("front -", 6, "nothing after '-'"),
        ("> 5", 0, "nothing before '>'"),
        ("front ! elite", 6, "a lone '!'"),
        ("#x", 1, "'x' is not a number"),
        ("params>1e999", 7, "too large"),
        ("-" * 100 + "front", 41, "too many"),
        ("(" * 100 + "front", 41, "too many"),
    ],
)
def test_what_is_said_of_a_mistake(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert caught.value.position == position


PIECES = st.sampled_from([
    "front", "failed", "persona", "acc", "params", "or", "and", "not", "-", "(", ")", ":", "=", "!=", "<", ">=", '"',
    "\\", "0.9", "500k", "#", "#3", " ", " ", "x", "é", "\x00", "!", ",", "_", "1e5", "٣", "²",
])  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
@settings(max_examples=600)
def test_any_text_is_a_filter_or_a_query_error_within_it(text: str) -> None:
    wrong = None
    try:
        node = parse(text)
    except QueryError as error:
        wrong = error
    if wrong is not None:
        assert 0 <= wrong.position <= len(text)
        assert wrong.message
        return
    assert parse(written(node)) == node
    keep = matcher(node)
    for facts in book_of(run_model()).values():
        assert keep(facts) in (True, False)


def _joined(node: type[And] | type[Or], nodes: list[Node]) -> Node:
    """As the parser joins: none within one of its own kind."""
    flat = [inner for one in nodes for inner in (one.nodes if isinstance(one, node) else (one,))]
    return node(tuple(flat)) if len(flat) > 1 else flat[0]


LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from(sorted(FLAGS)).map(Flag),
    st.builds(Said, st.sampled_from(sorted(TEXTS)), st.sampled_from([":", "=", "!="]), st.text(min_size=1, max_size=9)),
    st.builds(
        Compare,
        st.sampled_from(sorted(NUMBERS)),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
        st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
    ),
    st.text(min_size=1, max_size=9).map(Text),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: _joined(And, nodes)),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: _joined(Or, nodes)),
    ),
    max_leaves=8,
)


@given(NODES)
@settings(max_examples=400)
def test_what_is_written_is_read_as_the_same(node: Node) -> None:
    assert parse(written(node)) == node


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("fr", "front"),
        ("front pers", "front persona:"),
        ("-ela", None),
        ("-eli", "-elite"),
        ("persona:eng", "persona:engineer"),
        ("(op:c", "(op:crossover"),
        ("par", "parent"),
        ("acc", None),
        ("acc>0", None),
        ("", None),
        ("front ", None),
        ("nothing:x", None),
        ('"fr', None),
    ],
)
def test_completion(text: str, completed: str | None) -> None:
    values = {"persona": ["expert", "engineer", "two words"], "operator": {"crossover", "create"} - {"create"}}
    assert complete(text, values) == completed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("failed ac", "failed "), ("acc", ""), ("fron", ""), ("front", "front"), ("-fai", ""), ("(gen", "("),
        ("acc>", "acc>"), ("persona:exp", "persona:exp"), ("conv3", "conv3"), ("acc ", "acc "), ('"ac', '"ac'),
    ],
)  # fmt: skip
def test_a_word_that_has_only_begun_is_not_looked_for_yet(typed: str, read: str) -> None:
    assert without_beginning(typed) == read
