"""The colours of Python source, line by line, as kinds that a theme gives colours to."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Error, Keyword, Literal, Name, Number, Operator, String, _TokenType

from ge_tui.tui.text.document import Span

Spans = tuple[Span, ...]

_KIND_OF: dict[_TokenType, str] = {
    Comment: "comment",
    Error: "error",
    Keyword: "keyword",
    Keyword.Constant: "constant",
    Literal: "string",
    Name.Builtin: "builtin",
    Name.Builtin.Pseudo: "",  # self: too frequent to stand out
    Name.Class: "class",
    Name.Decorator: "decorator",
    Name.Exception: "builtin",
    Name.Function: "function",
    Number: "number",
    Operator.Word: "keyword",
    String: "string",
    String.Doc: "comment",
}
_LEXER = PythonLexer()


@lru_cache(maxsize=512)
def highlight(lines: tuple[str, ...]) -> tuple[Spans, ...]:
    """Coloured spans of each line. What bears no colour is left out.

    Remembered by content, and asked for piece by piece: a child shares most of its segments with its parent.
    """
    text = "\n".join(lines)
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    spans: list[list[Span]] = [[] for _ in lines]
    for index, token, value in _LEXER.get_tokens_unprocessed(text):
        kind = _kind(token)
        if not kind or not value.strip():
            continue
        row = bisect_right(starts, index) - 1
        for part in value.split("\n"):
            start = index - starts[row]
            if part.strip():
                _add(spans[row], (start, start + len(part), kind))
            index += len(part) + 1  # noqa: PLW2901  (each line of a token follows the one before)
            row += 1
    return tuple(tuple(line) for line in spans)


def _add(spans: list[Span], new: Span) -> None:
    """One span for tokens of a kind that touch, as the quotes and the inside of a string."""
    if spans and spans[-1][1] == new[0] and spans[-1][2] == new[2]:
        new = (spans.pop()[0], new[1], new[2])
    spans.append(new)


@lru_cache(maxsize=512)
def _kind(token: _TokenType) -> str:
    """The kind of the nearest token type that has one."""
    at: _TokenType | None = token
    while at is not None:
        if at in _KIND_OF:
            return _KIND_OF[at]
        at = at.parent
    return ""
