"""Code in fences has colours, in whatever the model dressed it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ge_tui.tui.llm.fences import colour, fenced
from ge_tui.tui.text.document import Document, part_of


def kinds(text: str) -> dict[int, set[str]]:
    return {line: {kind for _, _, kind in spans} for line, spans in fenced(text.split("\n")).items()}


def test_only_what_stands_in_fences_is_coloured() -> None:
    found = kinds("def not_code(): pass\n```python\ndef code():\n    return 1\n```\nclass Words: pass")
    assert found.keys() == {1, 2, 3, 4}
    assert "keyword" in found[2]
    assert "number" in found[3]


def test_a_block_that_is_not_closed_ends_with_the_text() -> None:
    assert kinds("words\n~~~\nreturn 1").keys() == {1, 2}


def test_a_longer_fence_holds_a_shorter_one() -> None:
    found = kinds("````python\nx = '''\n```\n'''\n````\nreturn")
    assert 5 not in found
    assert found[0] == found[4] == {"comment"}


def test_other_languages_and_endless_lines_stay_plain() -> None:
    assert kinds('```json\n{"return": 1}\n```').keys() == {0, 2}
    assert kinds(f"```python\nx = {'1' * 5000}\n```").keys() == {0, 2}


@given(st.lists(st.sampled_from(["```", "```py", "~~~", "````", "x = 1", "", "def f(", '"""', "é = 'ü'"])))
def test_colours_lie_within_their_lines(lines: list[str]) -> None:
    for index, spans in fenced(lines).items():
        last = 0
        for start, end, kind in spans:
            assert last <= start < end <= len(lines[index]) or not lines[index]
            assert kind
            last = end


def test_every_part_of_a_document() -> None:
    document = Document(part_of("```\nNone\n```"), part_of("no code"))
    colour(document)
    assert [bool(part.spans) for part in document.parts] == [True, False]
