"""What reaches a terminal is safe, has the width that was counted, and the colours it should."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ge_tui.tui.diff.pieces import Piece, between, breaks, cells, cut_short, paint, prose, window
from ge_tui.tui.diff.texts import visible
from ge_tui.tui.text.highlight import highlight

ANY = st.text(st.characters(exclude_characters="\n"))
SHOWN = ANY.map(visible)


@given(st.text(st.characters()))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown)
    shown.encode("utf-8")


def test_what_cannot_be_seen_has_a_sign() -> None:
    assert visible("\tx\x1b[31m\u202e\ufe0f\x7f\n") == "→   x␛[31m��␡"
    assert visible("    self.x = 'né 世界'\n") == "    self.x = 'né 世界'"


def kinds(*lines: str) -> list[list[tuple[str, str]]]:
    spans = highlight(lines)
    return [[(line[a:b], kind) for a, b, kind in row] for line, row in zip(lines, spans, strict=True)]


def test_python_has_colours() -> None:
    seen = kinds(
        "@cached",
        "class Net(nn.Module):",
        '    """Two',
        '    lines."""',
        "    x = max(1, 'a') if None else -1.5  # why",
    )
    assert seen[0] == [("@cached", "decorator")]
    assert seen[1] == [("class", "keyword"), ("Net", "class")]
    assert seen[2] == [('"""Two', "comment")]
    assert seen[3][0][1] == "comment"
    assert seen[4] == [
        ("max", "builtin"), ("1", "number"), ("'a'", "string"), ("if", "keyword"), ("None", "constant"),
        ("else", "keyword"), ("1.5", "number"), ("# why", "comment"),
    ]  # fmt: skip


@given(st.lists(ANY | st.sampled_from(["'''", '"', "def f(:", "f'{x", "  \\", "# --OPTION--"]), max_size=6))
def test_spans_lie_in_their_lines_whatever_the_text(lines: list[str]) -> None:
    spans = highlight(tuple(lines))
    assert len(spans) == len(lines)
    for line, row in zip(lines, spans, strict=True):
        edges = [edge for start, stop, _ in row for edge in (start, stop)]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(line) for edge in edges)


# -- pieces ------------------------------------------------------------------------------------------------


@given(SHOWN, st.data())
def test_painting_changes_no_letter(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [(a, b, f"kind{i}") for i, (a, b) in enumerate(zip(cuts[::2], cuts[1::2], strict=False)) if a < b]
    marks = [(a, b) for a, b in zip(cuts[1::2], cuts[2::2], strict=False) if a < b]
    pieces = paint(text, spans, "added", marks, "come")
    assert "".join(piece.text for piece in pieces) == text
    grounds = "".join(("m" if piece.ground == "come" else ".") * len(piece.text) for piece in pieces)
    assert grounds == "".join("m" if any(a <= i < b for a, b in marks) else "." for i in range(len(text)))


@given(SHOWN, st.integers(0, 12), st.integers(0, 12))
def test_a_window_is_never_wider_than_asked(text: str, start: int, width: int) -> None:
    pieces = (Piece(text[: len(text) // 2], "a"), Piece(text[len(text) // 2 :], "b"))
    assert cells(window(pieces, start, width)) <= width


@given(st.text("ab世é ", max_size=20), st.integers(0, 12), st.integers(1, 12))
def test_a_window_shows_what_lies_in_it(text: str, start: int, width: int) -> None:
    columns = [c for character in text for c in ([character] if cell_len(character) == 1 else ["<", ">"])]
    seen = columns[start : start + width]
    if seen and seen[0] == ">":
        seen[0] = " "
    if seen and seen[-1] == "<":
        seen[-1] = " "
    shown = "".join(piece.text for piece in window((Piece(text),), start, width))
    assert shown.replace("世", "<>") == "".join(seen)


@given(SHOWN, st.integers(2, 12))
def test_wrapped_lines_fit_and_are_the_line(text: str, width: int) -> None:
    starts = breaks(text, width)
    parts = [
        "".join(piece.text for piece in between((Piece(text),), start, stop))
        for start, stop in zip(starts, [*starts[1:], None], strict=True)
    ]
    assert "".join(parts) == text
    assert all(sum(map(cell_len, part)) <= width for part in parts)


@given(st.text("ab世 \n", max_size=60), st.integers(2, 12))
def test_prose_fits_and_loses_no_word(text: str, width: int) -> None:
    lines = list(prose(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    assert cut_short((Piece("abc", "x"), Piece("def", "y")), 5) == (Piece("abc", "x"), Piece("d", "y"), Piece("…", "y"))
    assert cut_short((Piece("abc"),), 3) == (Piece("abc"),)
    assert cut_short((Piece("abc"),), 0) == ()
