"""Texts for the property tests: any at all, and files as people and LLMs write them."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

# No deadline: the machines are shared.
check = settings(deadline=None, max_examples=100)

MARKER = "# --OPTION--"
NOTE = "# -- NOTE --"

_LINES = [
    MARKER, MARKER, f"{MARKER}  \t", f" {MARKER}", f"{MARKER} x", f"x = 1  {MARKER}", NOTE, NOTE, f"  {NOTE} ",
    "# a comment", "@decorated", "class A:", "class A: pass", "class B(A):", "def f(): pass", "async def g(): pass",
    "    pass", "\treturn 1", "    '''doc'''", "'''", '"""a', "# b\"\"\"", "x = 1", "x = (", ")", "x = '\\d'", "if x:",
    "else:", "from y import *", "try:", "except* A: pass", "match x:", "    case B: pass", "", " ", "\\", "\f", "\f\f",
    "\0", "\ufeff", "\x1a", "é = 'ü'", "x = '\u2028'", "x = '\x85\x1c\v'", "\ud800", "yield", "x = 1; class C: pass",
]  # fmt: skip
_ENDS = ["\n", "\n", "\n", "\n\n\n", "\r\n", "\r", "", "\f\n", "\u2028", "\v", "\x85", "\\\n"]

pieced_texts = st.lists(st.tuples(st.sampled_from(_LINES), st.sampled_from(_ENDS)), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines)
)
_heads = pieced_texts.map(lambda text: f"{text}\n" if text else "")
_tails = st.builds("{}{}".format, st.sampled_from(["\n", " \n", "\r\n", "\r", "\n\n"]), pieced_texts)
marked_texts = st.builds("{}{}{}".format, _heads, st.just(MARKER), st.one_of(st.just(""), _tails))
any_text = st.one_of(pieced_texts, marked_texts, st.text(st.characters(), max_size=40))

_BODIES = [
    "(nn.Module):\n    def forward(self, x):\n        return x",
    ":\n    '''What it is.\n\n    At length.'''\n    size = 3  # pixels\n\n    def half(self):\n        return 1 / 2",
    ": pass",
]


@st.composite
def normal_files(draw: st.DrawFn, marked: bool | None = None) -> str:
    """A file of good form: an import, then definitions with one name each, a note in front of some."""
    marked = draw(st.booleans()) if marked is None else marked
    parts = ["import torch.nn as nn\n\n\n"]
    for number in range(draw(st.integers(1, 4))):
        if marked:
            parts.append(f"{MARKER}\n{draw(st.sampled_from(['', chr(10)]))}")
            if draw(st.booleans()):
                parts.append(f"{NOTE}\n# Others are defined elsewhere.\n{NOTE}\n{draw(st.sampled_from(['', chr(10)]))}")
        if draw(st.booleans()):
            parts.append("# Why it is there.\n")
        definition = f"class Part{number}{draw(st.sampled_from(_BODIES))}"
        parts.append(f"{definition}\n{draw(st.sampled_from(['', chr(10), chr(10) * 2]))}")
    return "".join(parts)
