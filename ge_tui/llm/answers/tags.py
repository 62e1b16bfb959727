"""Code between tags instead of fences: `<code>`, `<answer>`, `[PYTHON]`, `<improved_segment>`."""

from __future__ import annotations

import re

_FENCE = "~" * 12
_ANSWER = "answer|final_answer|final|solution|response|result|output|artifact"
_CODE = "code|python|py|python3|source|segment|file|program|script|pre|snippet|module|implementation|class"
_ANSWER_TAG = re.compile(rf"^[ \t]*<(/?)({_ANSWER})(?:\s[^<>\n]{{0,200}})?>", re.IGNORECASE | re.MULTILINE)
_END_OF_ANSWER = re.compile(rf"</(?:{_ANSWER})>", re.IGNORECASE)
_CODE_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>{_CODE})(?:\s[^<>\n]{{0,200}})?>|\[(?P<slash>/?)(?P<bracket>PYTHON|CODE)\]", re.IGNORECASE
)
_LINE_TAG = re.compile(
    r"^[ \t]*<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]{0,60})(?:\s[^<>\n]{0,200})?>[ \t]*$", re.MULTILINE
)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")


def inside_answer_tag(text: str) -> str:
    """What stands in the one pair of tags that is called the answer; else the whole text.

    An answer tag that is never closed goes to the end.
    """
    begins = [tag for tag in _ANSWER_TAG.finditer(text) if not tag[1]]
    if len(begins) != 1:
        return text
    ends = [tag for tag in _END_OF_ANSWER.finditer(text) if tag.start() > begins[0].end()]
    inside = text[begins[0].end() : ends[-1].start() if ends else len(text)]
    return _CDATA.sub("", inside) if inside.lstrip().startswith("<![CDATA[") else inside


def tags_to_fences(text: str) -> str:
    """A text without fences, its tagged code in fences."""
    if "```" in text or "~~~" in text:
        return text
    marks = [*_CODE_TAG.finditer(text)] or [*_LINE_TAG.finditer(text)]
    parts: list[str] = []
    at = 0
    name = ""
    for mark in marks:
        groups = mark.groupdict()
        closes = bool(groups.get("close") or groups.get("slash"))
        called = str(groups.get("name") or groups.get("bracket")).lower()
        if not name and not closes and _may_hold_code(text, mark.end()):
            parts += (text[at : mark.start()], f"\n{_FENCE}ge-tag\n")
            at, name = mark.end(), called
        elif name:  # a tag within: `<pre><code>`
            ends = closes and called == name
            parts.append(text[at : mark.start()] + (f"\n{_FENCE}\n" if ends else ""))
            at = mark.end()
            name = "" if ends else name
    parts.append(text[at:])
    return _CDATA.sub("", "".join(parts)) if at else text


def _may_hold_code(text: str, start: int) -> bool:
    """Whether a tag is not just spoken of, as in "the <code> tag"."""
    line = text[start : start + 200].lstrip(" \t")
    return line.startswith(("\n", "<", "class ", "def ", "import ", "from ", "@", "#", '"""', "async "))
