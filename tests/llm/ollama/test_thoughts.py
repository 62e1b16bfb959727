"""Thoughts that a model writes into its answer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ge_tui.llm.ollama import split_thoughts
from ge_tui.llm.ollama.thoughts import LiveSplitter


@pytest.mark.parametrize(
    ("content", "answer", "thoughts"),
    [
        ("x = 1\n", "x = 1\n", ""),
        ("  x = 1\n", "  x = 1\n", ""),
        ("<think>\nhm\n</think>\n\nx = 1\n", "x = 1\n", "hm"),
        ("\n\n<think></think>\n\nx = 1", "x = 1", ""),
        ("<THINK>hm</Think>x = 1", "x = 1", "hm"),
        ("<thinking>hm</thinking>x = 1", "x = 1", "hm"),
        ("[THINK]hm[/THINK]x = 1", "x = 1", "hm"),
        ("<think>a</think>one\n<think>b</think>two", "one\ntwo", "a\n\nb"),
        ("<think>\nhm, x = 1 and", "", "hm, x = 1 and"),
        ("hm\n</think>\nx = 1", "x = 1", "hm"),
        ("hm <think> is a tag\nx = 1", "hm <think> is a tag\nx = 1", ""),
        ("s = '</think>'\nx = 1", "s = '</think>'\nx = 1", ""),
        ("if a <b> c:\n    pass", "if a <b> c:\n    pass", ""),
        ("", "", ""),
    ],
)
def test_the_answer_and_the_thoughts(content, answer, thoughts):
    assert split_thoughts(content) == (answer, thoughts)


parts = st.sampled_from(
    ["<think>", "</think>", "<", ">", "\n", " ", "x = 1", "<thin", "k>", "[THINK]", "[/THINK]", "漢"]
)


@settings(deadline=None)
@given(st.lists(parts, max_size=12), st.lists(st.integers(0, 60), max_size=8))
def test_the_live_words_are_the_same_however_they_are_cut(words, cuts):
    text = "".join(words)
    whole = _live([text])
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    assert _live([text[a:b] for a, b in pairwise(edges)]) == whole


@settings(deadline=None)
@given(st.text(alphabet="xy \n<>=", max_size=60), st.text(alphabet="xy \n=", max_size=60))
def test_live_and_in_the_end_thoughts_are_the_same(thoughts, answer):
    text = f"<think>{thoughts}</think>{answer}"
    live_answer, live_thoughts = _live([text])
    assert (live_answer.strip(), live_thoughts.strip()) == tuple(map(str.strip, split_thoughts(text)))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it_and_no_word_is_lost(text):
    answer, thoughts = split_thoughts(text)
    assert len(answer) + len(thoughts) <= len(text)
    assert "think" in text.lower() or "<" in text or "[" in text or answer == text


def _live(pieces: list[str]) -> tuple[str, str]:
    splitter = LiveSplitter()
    shown = [one for piece in pieces for one in splitter.feed(piece)] + splitter.flush()
    texts = ["".join(words for kind, words in shown if kind == wanted) for wanted in ("text", "thinking")]
    return texts[0], texts[1]
