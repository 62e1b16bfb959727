"""Templates are filled once, and what is put in stays to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.llm.prompts.render import TemplateError, places, render


@given(st.text())
def test_what_is_put_in_is_never_read_as_a_template(code: str) -> None:
    """The original formatted twice and died of any brace in a segment (its bug B2)."""
    text = render("before\n<{{code}}>\nafter\n", {"code": code})
    assert text == f"before\n<{code.strip(chr(10))}>\nafter\n"


def test_braces_in_code_survive() -> None:
    code = 'x = {"{{name}}": f"{y}"}'
    assert code in render("```python\n{{code}}\n```", {"code": code, "name": "never"})


def test_an_empty_place_leaves_no_gap() -> None:
    assert render("one\n\n{{gone}}\n\ntwo\n", {"gone": ""}) == "one\n\ntwo\n"


def test_blank_lines_inside_a_value_stay() -> None:
    assert "a\n\n\n\nb" in render("{{code}}\n", {"code": "a\n\n\n\nb"})


def test_a_place_without_a_value_is_an_error() -> None:
    with pytest.raises(TemplateError, match="colour"):
        render("{{colour}}", {"shape": "round"})


def test_places_are_found() -> None:
    assert places("{{a}} {{b}} {{a}} { {c} }") == {"a", "b"}
