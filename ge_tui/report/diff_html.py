"""A diff of Python text as HTML: lines by what happened to them, words by what they are. Pure."""

from __future__ import annotations

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Literal, Number, String, _TokenType

from ge_tui.report.escape import escape

_MOST = 400
"""So many lines of one diff are shown."""
_LONGEST = 400
"""So many characters of one line."""
_LINES = {"+": "r add", "-": "r del", "@": "r at"}
_WORDS: tuple[tuple[_TokenType, str], ...] = (
    (Keyword, "k"),
    (Number, "m"),
    (String, "q"),
    (Literal, "q"),
    (Comment, "c"),
)
_LEXER = PythonLexer(ensurenl=False, stripnl=False)


def diff_html(diff: str) -> str:
    """A unified diff without its two lines of names."""
    lines = diff.split("\n")[2:]
    if lines and not lines[-1]:
        lines.pop()
    shown = "".join(_line(line) for line in lines[:_MOST])
    more = f'<span class="r at">and {len(lines) - _MOST} more lines</span>' if len(lines) > _MOST else ""
    return f'<pre class="diff">{shown}{more}</pre>'


def _line(line: str) -> str:
    sign, rest = line[:1], line[1:]
    if len(rest) > _LONGEST:
        rest = f"{rest[:_LONGEST]}…"
    kind = _LINES.get(sign, "r")
    inside = escape(line) if sign in ("@", "\\") else escape(sign) + _words(rest)
    return f'<span class="{kind}">{inside or " "}</span>'


def _words(code: str) -> str:
    return "".join(_word(kind, text) for kind, text in _LEXER.get_tokens(code))


def _word(kind: _TokenType, text: str) -> str:
    look = next((look for family, look in _WORDS if kind is family or family in kind.split()), "")
    return f'<span class="{look}">{escape(text)}</span>' if look and text.strip() else escape(text)
