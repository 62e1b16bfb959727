"""The ways in which a block of code may have been dressed up on its way here, undone one at a time.

Each is tried only where the text is not Python as it stands, and counts only where it is Python afterwards.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator

from ge_tui.llm.answers.scan import outside, pieces

_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,5});")
_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u202f\u3000\u2002\u2003\u2009", " ") | dict.fromkeys("\u200b\u2060\ufeff\u200c\u200d")
)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "−": "-"})
_NUMBER = re.compile(r"[ \t]*(\d{1,5})(?:[ \t]*[|:│┃]|[.)](?=[ \t]|$)|\t)")
_BOLD_DUNDER = re.compile(r"\*\*(\w+)\*\*(?=\()")
_ESCAPE = re.compile(r"\\([_*#\[\]<>`~])")

Reading = tuple[str, str]
"""What was undone (empty: nothing), and the text after it."""


def readings(text: str) -> Iterator[Reading]:
    """A block as it stands, then as it may have been meant; the first that is Python counts."""
    if _ENTITY.search(outside(text)):
        yield from _unescaped(text)
        return
    seen: set[str] = set()
    for spaces in (False, True):
        base = text.translate(_SPACES) if spaces else text
        for name, mend in _MENDS:
            mended = mend(base)
            if mended is None:
                continue
            for variant in (mended, dedent(mended)):
                if variant not in seen:
                    seen.add(variant)
                    yield name or ("spaces" if spaces else "" if variant == text else "indentation"), variant


def dedent(text: str) -> str:
    """The text without the indentation of its first line; lines of strings that have less keep none."""
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip(" \t"))]
    if not margin:
        return text
    return "\n".join(_without(line, margin) for line in lines)


def _without(line: str, margin: str) -> str:
    if line.startswith(margin):
        return line[len(margin) :]
    own = len(line) - len(line.lstrip(" \t"))
    return line[min(own, len(margin)) :]


def _unescaped(text: str) -> Iterator[Reading]:
    """Code escaped as a whole; `a < b` next to `&lt;` fits no such reading."""
    if not re.search(r"[<>]", outside(text)):
        plain = html.unescape(text).translate(_SPACES)
        yield "entities", plain
        yield "entities", dedent(plain)


def _as_is(text: str) -> str | None:
    return text


def _line_numbers(text: str) -> str | None:
    """`12 | code`: every line with code has a number, one more than the one before."""
    last = None
    rest: list[str] = []
    for line in text.split("\n"):
        found = _NUMBER.match(line)
        if not found:
            if line.strip():
                return None
            rest.append("")
            continue
        if last is not None and int(found[1]) != last + 1:
            return None
        last = int(found[1])
        rest.append(line[found.end() :])
    return _less_margin(rest) if last is not None else None


def _less_margin(lines: list[str]) -> str:
    margins = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    margin = min(margins, default=0)
    return "\n".join(line[margin:] for line in lines)


def _prompts(text: str) -> str | None:
    """`>>> code`: every line has a prompt; a line without one would be output."""
    rest: list[str] = []
    for line in text.split("\n"):
        bare = line.lstrip()
        if bare.startswith((">>> ", "... ")):
            rest.append(bare[4:])
        elif not bare or bare in (">>>", "..."):
            rest.append("")
        else:
            return None
    return "\n".join(rest)


def _plus_signs(text: str) -> str | None:
    """Code shown as the added lines of a diff."""
    lines = [line for line in text.split("\n") if not line.startswith(("+++ ", "--- ", "@@", "diff --git", "index "))]
    if not all(line.startswith("+") or not line.strip() for line in lines):
        return None
    return _less_margin([line[1:] for line in lines])


def _quote_marks(text: str) -> str | None:
    """Typographic quotes outside strings: no Python has them there, so they were straight."""
    parts: list[str] = []
    at = 0
    for piece in pieces(text):
        parts += (text[at : piece.start].translate(_QUOTES), text[piece.start : piece.end])
        at = piece.end
    mended = "".join([*parts, text[at:].translate(_QUOTES)])
    return mended if mended != text else None


def _markdown(text: str) -> str | None:
    r"""`\_\_init\_\_` and `**init**`: what rendering made of underscores."""
    mended = _BOLD_DUNDER.sub(r"__\1__", _ESCAPE.sub(r"\1", text))
    return mended if mended != text else None


def _tabs(text: str) -> str | None:
    return text.expandtabs(4) if "\t" in text else None


def _first_line(text: str) -> str | None:
    """All lines but the first are indented by the same: the first lost its blanks to a strip()."""
    first, _, rest = text.lstrip("\n").partition("\n")
    lines = rest.split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    if first.startswith((" ", "\t")) or not margin:
        return None
    return "\n".join([first, *(line[margin:] for line in lines)])


def _escaped(text: str) -> str | None:
    r"""One line with `\n` in it: the inside of a JSON string, with or without its quotes."""
    bare = text.strip()
    if "\n" in bare or bare.count("\\n") < 2:
        return None
    quoted = bare if bare.startswith('"') else '"' + re.sub(r'(?<!\\)"', r"\"", bare) + '"'
    try:
        plain = json.loads(quoted)
    except (ValueError, RecursionError):
        return None
    return plain if isinstance(plain, str) else None


_MENDS: tuple[tuple[str, Callable[[str], str | None]], ...] = (
    ("", _as_is),
    ("line_numbers", _line_numbers),
    ("prompts", _prompts),
    ("plus_signs", _plus_signs),
    ("quotes", _quote_marks),
    ("markdown", _markdown),
    ("tabs", _tabs),
    ("indentation", _first_line),
    ("escapes", _escaped),
)
