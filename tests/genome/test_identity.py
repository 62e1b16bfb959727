import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ge_tui.genome import Contract, Genome, cut, find_problem, syntax_hash

from .strategies import MARKER, NOTE, any_text, check, normal_files, pieced_texts

BASE = """import torch

class A(nn.Module):
    def f(self, x):
        if x:
            return (x + 1) * 2
        return [x, 'text']
"""


def as_one_piece(text: str) -> Genome:
    return Genome(text, (), ())


@pytest.mark.parametrize(
    "same",
    [
        "# About.\n" + BASE,
        '"""About."""\n' + BASE,
        BASE.replace("\n\n", f"\n{MARKER}\n"),
        BASE.replace("\n\n", f"\n{MARKER}\n{NOTE}\n# Note.\n{NOTE}\n"),
        BASE.replace("nn.Module):\n", 'nn.Module):\n    """Doc."""\n'),
        BASE.replace("x):\n", 'x):\n        """Doc."""\n\n        # Why.\n'),
        BASE.replace("if x:\n", "if x:\n            'a string that does nothing'\n"),
        BASE.replace("(x + 1) * 2", "((x + 1)) * (2)"),
        BASE.replace("(x + 1) * 2", "(x\n    + 1) * 0x2"),
        BASE.replace("if x:", "if (x) :"),
        BASE.replace("'text'", '"te" u"xt"'),
        BASE.replace("    ", "\t"),
        BASE.replace("\n", "\r\n"),
        BASE.rstrip() + "  # end",
    ],
)
def test_blind_to_what_changes_nothing(same):
    assert syntax_hash(same) == syntax_hash(BASE)


@pytest.mark.parametrize(
    "different",
    [
        "",
        BASE + "x = 1\n",
        BASE.replace("import torch", "import torch as torch_"),
        BASE.replace("class A", "class B"),
        BASE.replace("(x + 1) * 2", "x + 1 * 2"),
        BASE.replace("+ 1", "+ 1.0"),
        BASE.replace("+ 1", "+ True"),
        BASE.replace("+ 1", "- 1"),
        BASE.replace("'text'", "b'text'"),
        BASE.replace("'text'", "text"),
        BASE.replace("'text'", "'Text'"),
        BASE.replace("[x, 'text']", "[x], 'text'"),
        BASE.replace("[x, 'text']", "['text', x]"),
        BASE.replace("self, x", "self, x=None"),
        BASE.replace("self, x", "self, *x"),
        BASE.replace("        return [", "            return ["),
        BASE.replace("    def", "    @staticmethod\n    def"),
    ],
)
def test_sees_what_changes_something(different):
    assert syntax_hash(different) not in (None, syntax_hash(BASE))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x = ['a', 'b']", "x = ['a\\', \\'b']"),
        ("x = [[1], 2]", "x = [[1, 2]]"),
        ("f(a, b)", "f(a)\nb"),
        ("f(a=b)", "f(**{'a': b})"),
        ("x = 'Load'", "x = Load"),
        ("x = 'None'", "x = None"),
        ("x = '1'", "x = 1"),
        ("if a:\n  b\nelse:\n  c", "if a:\n  b\nc"),
        ("if a:\n  b\n  c", "if a:\n  b\nc"),
        ("def f(a, /): pass", "def f(a): pass"),
        ("x: int = 1", "x = 1"),
        ("x = 0.1", "x = 0.1000000000000001"),
        ("x = 1e999", "x = -1e999"),
    ],
)
def test_different_trees_with_similar_parts_are_told_apart(first, second):
    assert syntax_hash(first) != syntax_hash(second)


_constants = st.one_of(
    st.integers(-5, 5),
    st.booleans(),
    st.none(),
    st.sampled_from([0.0, -0.0, 1.0, 0.1, 1j, ..., "", "1", "None", b"", b"1", "\n", "\ud800"]),
)


@check
@given(st.lists(_constants, max_size=4), st.lists(_constants, max_size=4))
def test_constants_are_equal_where_they_are_written_alike(first, second):
    equal = repr(first) == repr(second)
    assert (syntax_hash(f"x = {first!r}") == syntax_hash(f"x = {second!r}")) == equal


@check
@given(any_text)
def test_a_text_has_a_hash_where_it_is_python_and_only_there(text):
    problem = find_problem(text, Contract("A", "f"))
    assert (syntax_hash(text) is None) == (problem is not None and problem.kind == "syntax")


@check
@given(st.one_of(any_text, pieced_texts.map(lambda text: f"class A: pass\n{text}")))
def test_equal_in_pieces_and_whole(text):
    assert syntax_hash(cut(text)) == syntax_hash(as_one_piece(text))


@pytest.mark.parametrize(
    "text",
    [
        f"class A:\n    x = 1\n{MARKER}\n    y = 2\n",
        f"if x:\n    y = 1\n{MARKER}\nelse:\n    y = 2\n",
        f"x = [\n{MARKER}\n]\n",
        f"x = '''\n{MARKER}\n'''\n",
        f"@decorated\n{MARKER}\nclass A: pass\n",
        f"x = 1 + \\\n{MARKER}\n2\n",
        f"try:\n    pass\n{MARKER}\nfinally:\n    pass\n",
    ],
)
def test_a_construct_that_spans_a_marker_is_the_program_it_is(text):
    assert syntax_hash(text) == syntax_hash(as_one_piece(text))


@check
@given(normal_files())
def test_markers_and_notes_are_not_part_of_a_program(text):
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    assert syntax_hash(text) == syntax_hash(bare) is not None


DEEP = {
    "a sum": "x = " + " + ".join(["y"] * 1500),
    "signs": "x = " + "-" * 1500 + "y",
    "attributes": "x = y" + ".b" * 1500,
    "elifs": "if a:\n  pass\n" + "elif a:\n  pass\n" * 1000 + "else:\n  x = y",
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_a_tree_deeper_than_the_stack_has_a_hash(text):
    assert syntax_hash(text) not in (None, syntax_hash(text.replace("y", "z")))
    assert find_problem(text, Contract("x", "x")) is None


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_the_stack_in_use_does_not_change_a_hash(text):
    def from_below(depth: int) -> str | None:
        return from_below(depth - 1) if depth else syntax_hash(f"{text}\n# {depth}")

    assert from_below(400) == syntax_hash(text)


@pytest.mark.parametrize("text", ["x = " + "(" * 300 + ")" * 300, "x = " + "-" * 50_000 + "1", "x = " + "[" * 100_000])
def test_what_python_itself_cannot_parse_has_no_hash(text):
    assert syntax_hash(text) is None


def test_numbers_too_long_to_write_have_a_hash():
    digits = "f" * 20_000
    assert syntax_hash(f"x = 0x{digits}") != syntax_hash(f"x = 0x{digits}f")
    assert syntax_hash("x = " + "9" * 20_000) is None  # Python does not read it either


@pytest.mark.filterwarnings("error")
def test_doubtful_escapes_neither_warn_nor_count_as_mistakes(recwarn):
    assert syntax_hash("x = '\\d'\n1if x else 2\n")
    assert not recwarn.list


def test_a_real_file_is_itself_however_it_is_laid_out():
    source = Path(ast.__file__).read_text(encoding="utf-8")
    assert syntax_hash(ast.unparse(ast.parse(source))) == syntax_hash(source)
