import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.genome import Contract, Problem, cut, find_problem

from .strategies import MARKER, any_text, check

CONTRACT = Contract("Net", "make")
GOOD = "class Net: pass\ndef make(): pass\n"


@check
@given(any_text)
def test_any_text_gets_an_answer(text):
    problem = find_problem(text, CONTRACT)
    assert problem is None or problem.kind in ("syntax", "import")
    assert problem is None or "\n" not in problem.detail


def test_a_good_file_has_no_problem():
    assert find_problem(GOOD, CONTRACT) is None


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "the file defines no Net and no make at its top level"),
        ("class Net: pass\n", "the file defines no make at its top level"),
        ("def make():\n    class Net: pass\n", "the file defines no Net at its top level"),
        ("class make:\n    Net = 1\n", "the file defines no Net at its top level"),
        ("make = [Net for Net in range(3)]\n", "the file defines no Net at its top level"),
        ("make = lambda Net: 1\n", "the file defines no Net at its top level"),
        ("make = 1\nNet.x = 1\nx[Net] = 2\n", "the file defines no Net at its top level"),
    ],
)
def test_missing_names_are_named(text, detail):
    assert find_problem(text, CONTRACT) == Problem("import", detail)


@pytest.mark.parametrize(
    "binding",
    [
        "class Net: pass",
        "def Net(): pass",
        "async def Net(): pass",
        "Net = 1",
        "Net: int = 1",
        "x, (y, *Net) = 1, (2, 3)",
        "import Net",
        "import Net.sub",
        "import torch as Net",
        "from torch import nn as Net",
        "from torch import *",
        "if x:\n    class Net: pass",
        "if x:\n    pass\nelif y:\n    pass\nelse:\n    class Net: pass",
        "try:\n    class Net: pass\nfinally:\n    pass",
        "try:\n    pass\nexcept ImportError:\n    class Net: pass",
        "try:\n    pass\nexcept* ImportError:\n    class Net: pass",
        "try:\n    pass\nfinally:\n    class Net: pass",
        "with x:\n    class Net: pass",
        "with x as Net: pass",
        "for Net in x: pass",
        "for y in x:\n    pass\nelse:\n    class Net: pass",
        "while x:\n    class Net: pass",
        "match x:\n    case 1:\n        class Net: pass",
        "match x:\n    case [Net]: pass",
        "match x:\n    case [1, *Net]: pass",
        "match x:\n    case {1: 2, **Net}: pass",
        "match x:\n    case str() as Net: pass",
        "if (Net := 1): pass",
        "print([(Net := x) for x in y])",
        "x = [y for y in z if (Net := y)]",
    ],
)
def test_every_way_to_bind_a_name_counts(binding):
    assert find_problem(f"{binding}\ndef make(): pass\n", CONTRACT) is None


def test_names_may_lie_in_any_segment_or_in_the_header():
    assert find_problem(f"class Net: pass\n{MARKER}\nx = 1\n{MARKER}\ndef make(): pass\n", CONTRACT) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_mistake_is_located(end):
    text = f"import torch\n{MARKER}\nclass A: pass\n\n{MARKER}\ndef make():\n    return 1 +\n".replace("\n", end)
    assert find_problem(text, CONTRACT) == Problem(
        "syntax", "line 7: invalid syntax: return 1 + (in segment make)", line=7
    )


def test_a_mistake_in_the_header_lies_in_no_segment():
    problem = find_problem(f"import torch as\n{MARKER}\nclass A: pass\n", CONTRACT)
    assert problem.line == 1
    assert problem.detail == "line 1: invalid syntax: import torch as"


def test_a_mistake_in_the_first_line_of_a_segment_lies_in_it():
    problem = find_problem(f"import torch\n{MARKER}\nclass A pass\n{MARKER}\nclass B: pass\n", CONTRACT)
    assert problem.detail.endswith(": class A pass (in segment A)")


def test_without_markers_no_segment_is_named():
    problem = find_problem("class A: pass\nclass Net pass\n", CONTRACT)
    assert problem.detail.startswith("line 2: ")
    assert problem.detail.endswith(": class Net pass")


def test_a_mistake_at_the_end_of_the_file_is_located():
    problem = find_problem("class Net:\n", CONTRACT)
    assert problem.line == 1
    assert "expected an indented block" in problem.detail


@pytest.mark.parametrize("text", ["x = '\0'\n", "x = '\ud800'\n"])
def test_what_no_line_can_be_named_for_is_told_without_one(text):
    problem = find_problem(text, CONTRACT)
    assert problem.kind == "syntax"
    assert problem.line is None or problem.line == 1
    assert "None" not in problem.detail


def test_a_quoted_line_cannot_command_the_terminal():
    problem = find_problem("x = 1 \x1b[2Jy\n", CONTRACT)
    assert problem.detail.isprintable()
    assert "?[2Jy" in problem.detail


def test_a_long_line_is_quoted_in_part():
    assert len(find_problem(f"x = {'y ' * 5000}\n", CONTRACT).detail) < 200


@pytest.mark.parametrize("text", ["x = " + "-" * 50_000 + "1", "x = " + "a." * 50_000 + "b"])
def test_nesting_beyond_the_parser_is_a_problem_not_a_crash(text):
    assert find_problem(text, CONTRACT).detail == "the text cannot be parsed: it is nested too deeply"


def test_nesting_is_judged_from_deep_in_the_stack_too():
    def from_below(depth: int) -> Problem | None:
        return from_below(depth - 1) if depth else find_problem(f"x = {'-' * 400}1\n{GOOD}", CONTRACT)

    assert from_below(sys.getrecursionlimit() // 2) is None


@check
@given(st.integers(0, 3), st.sampled_from(["def (", "    x", "x = = 1", ")"]))
def test_the_line_named_is_the_line_of_the_mistake(above, mistake):
    text = f"{GOOD}{'# line' + chr(10)}" * above + f"{MARKER}\nclass A: pass\n" + mistake + "\n"
    problem = find_problem(text, CONTRACT)
    assert text.split("\n")[problem.line - 1] == mistake
    assert cut(text).names[-1] in problem.detail
