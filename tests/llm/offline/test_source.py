"""Edits at syntax-tree positions."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.llm.offline.source import PlacedText, Splice, spliced


def placed(text):
    return PlacedText(text), ast.parse(text)


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), exclude_characters='"\\'), max_size=9)))
def test_a_node_is_found_behind_any_text(strings):
    text = "; ".join([*(f'"{string}"' for string in strings), "f(target)  # ende"])
    source, tree = placed(text)
    call = tree.body[-1].value
    assert source.of(call) == "f(target)"
    assert spliced(text, [source.replaced(call.args[0], "ünï")]) == text.replace("target", "ünï")


def test_edits_are_made_from_the_end():
    assert spliced("äbcdé", [Splice(0, 2, "A"), Splice(5, 7, "EE"), Splice(3, 3, "-")]) == "Ab-cdEE"


def test_edits_that_overlap_are_a_fault():
    with pytest.raises(ValueError, match="overlap"):
        spliced("abcdef", [Splice(0, 3, ""), Splice(2, 4, "")])


def test_a_line_goes_below_a_statement_and_its_comment():
    text = "if a:\n    b = 1  # ö\n    c = 2\n"
    source, tree = placed(text)
    splice = source.line_after(tree.body[0].body[0], "d = 3")
    assert spliced(text, [splice]) == "if a:\n    b = 1  # ö\n    d = 3\n    c = 2\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("if a:\n    b = 1\n    c = 2\n", "if a:\n    c = 2\n"),
        ("if a:\n    b = (1,\n      2)\n    c = 2\n", "if a:\n    c = 2\n"),
        ("if a:\n    b = 1  # why\n    c = 2\n", "if a:\n    # why\n    c = 2\n"),
    ],
)
def test_a_statement_is_taken_out_with_its_lines(text, left):
    source, tree = placed(text)
    assert spliced(text, [source.line_removed(tree.body[0].body[0])]) == left


@pytest.mark.parametrize("text", ["if a: b = 1\n", "if a:\n    b = 1; c = 2\n"])
def test_a_shared_line_is_left_alone(text):
    source, tree = placed(text)
    statement = tree.body[0].body[0]
    assert source.line_after(statement, "d = 3") is None
    assert source.line_removed(statement) is None
