"""What holds for any text at all: no crash, no slow answer, and never a child that breaks the rules."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ge_tui.genome import cut, syntax_hash
from ge_tui.llm.answers import Child, Refusal, Request, read_answer

from .cases import diffs, dressed, edits, elided, fences, scope, several, wrapped
from .cases.case import CONTRACT, NEW_GATE, PARENT, PLAIN, PLAIN_CONTRACT

CASES = [case for module in (fences, dressed, wrapped, several, elided, scope, edits, diffs) for case in module.CASES]
ANSWERS = [case.answer for case in CASES if len(case.answer) < 5000]
GENOME = cut(PARENT)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

requests = st.builds(
    Request,
    parent=st.just(GENOME),
    segment=st.sampled_from([None, *GENOME.names]),
    edits=st.booleans(),
    contract=st.just(CONTRACT),
)
marks = st.sampled_from(
    [
        "```python\n",
        "```\n",
        "~~~\n",
        "<think>",
        "</think>",
        "<code>",
        "</code>",
        "<answer>",
        "</answer>",
        "{",
        '{"code": "',
    ]
    + ["<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "@@ -1 +1 @@\n", "+", "-", '"""', "'", '"', "# ...\n"]
    + [
        "# --OPTION--\n",
        "# -- NOTE --\n",
        "&lt;",
        "“",
        "\u00a0",
        "\t",
        "    ",
        "\n",
        "\r\n",
        ">>> ",
        "1 | ",
        "\\n",
        "Final:\n",
    ]
)
lines = st.sampled_from([line + "\n" for line in (PARENT + NEW_GATE).split("\n")])
salad = st.lists(st.one_of(marks, lines, st.text(max_size=5)), max_size=60).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An answer of the corpus with pieces cut out, doubled, moved or put in."""
    text = draw(st.sampled_from(ANSWERS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 60)))
        piece = draw(st.one_of(st.just(""), st.just(text[start:end] * 2), marks, st.text(max_size=3)))
        text = text[:start] + piece + text[end:]
    return text


def check(result: Child | Refusal, request: Request) -> None:
    """A child keeps all that it was not to change; a refusal says why in one line."""
    if isinstance(result, Refusal):
        assert result.detail.strip()
        assert "\n" not in result.detail
        return
    parent = request.parent
    ast.parse(result.source)
    assert syntax_hash(result.source) != syntax_hash(parent)
    child = cut(result.source, parent.names)
    if any(parent.separators):
        assert child.header.startswith(parent.header.rstrip("\n"))
        assert child.names == parent.names
        assert [item.note for item in child.segments] == [item.note for item in parent.segments]
    names = {item.name for item in ast.parse(result.source).body if isinstance(item, ast.ClassDef | ast.FunctionDef)}
    assert {request.contract.network, request.contract.optimizer} <= names
    if request.segment is not None and any(parent.separators):
        for name in set(parent.names) - {request.segment}:
            assert child.segment(name).text == parent.segment(name).text


@FUZZ
@given(st.text(), requests)
def test_any_text(text: str, request: Request) -> None:
    check(read_answer(text, request), request)


@FUZZ
@given(salad, requests)
def test_any_mixture(text: str, request: Request) -> None:
    check(read_answer(text, request), request)


@settings(FUZZ, max_examples=400)
@given(mutated(), requests)
def test_damaged_answers(text: str, request: Request) -> None:
    check(read_answer(text, request), request)


@FUZZ
@given(mutated(), st.sampled_from([None, "area", "report"]), st.booleans())
def test_file_without_markers(text: str, segment: str | None, edits_: bool) -> None:
    request = Request(cut(PLAIN), segment, edits_, PLAIN_CONTRACT)
    check(read_answer(text, request), request)


@FUZZ
@given(mutated(), st.text(max_size=300))
def test_a_parent_that_is_not_python(text: str, parent: str) -> None:
    result = read_answer(text, Request(cut(parent), None, False, CONTRACT))
    assert isinstance(result, Child | Refusal)


@FUZZ
@given(st.sampled_from(CASES), st.integers(0, 400))
def test_a_cut_answer_is_never_a_part_of_a_child(case: object, size: int) -> None:
    """Cut anywhere, an answer gives the child it gave whole, or none."""
    from .cases.case import Case

    assert isinstance(case, Case)
    whole = case.read()
    part = read_answer(case.answer[:size], case.request)
    if isinstance(part, Child) and isinstance(whole, Child) and not part.rung.startswith("bare"):
        kept = {line.strip() for line in part.source.split("\n")}
        assert kept <= {line.strip() for line in (whole.source + PARENT + PLAIN + case.answer).split("\n")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_corpus_keeps_the_rules(case: object) -> None:
    from .cases.case import Case

    assert isinstance(case, Case)
    check(case.read(), case.request)


NASTY = [
    "```\n",
    "```python\n",
    '"""',
    "'",
    '\\"',
    "<",
    "<think>",
    "</think>",
    "<code>",
    "{",
    '{"a": ',
    "[",
    "(",
    "    ",
]
NASTY += [
    "<<<<<<< SEARCH\n",
    "=======\n",
    "<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n",
    "@@\n",
    "-x\n+y\n",
    "# ...\n",
]
NASTY += [
    "# and and ",
    "x = 1\n",
    "class A:\n",
    "def f():\n    pass\n",
    "&lt;",
    ">>> x\n",
    "1 | x\n",
    "> ",
    "- ",
    "\t",
    "\\n",
]
NASTY += [
    "a.b",
    "@a\n",
    "import a\n",
    "# --OPTION--\n",
    "# -- NOTE --\n",
    "“",
    "if x:\n ",
    "-",
    "~~~a\n",
    "{\n",
    "\u00a0",
    "\\",
]
NASTY += [
    "`",
    "<answer>\n",
    "import a, ",
    "`` ` ```\n",
    "rest of the code ",
    "# " + "the same and " * 9 + "\n",
    "lambda: ",
    "x[...]\n",
]


@pytest.mark.parametrize("piece", NASTY)
@pytest.mark.parametrize(("before", "size"), [("", 1_000_000), ("```python\n" + NEW_GATE, 20_000)])
def test_time_is_bounded(piece: str, before: str, size: int) -> None:
    answer = before + piece * (size // len(piece))
    request = Request(GENOME, "Gate", True, CONTRACT)
    start = time.process_time()
    check(read_answer(answer, request), request)
    assert time.process_time() - start < 1.5
