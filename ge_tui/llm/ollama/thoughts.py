"""Telling a model's thoughts from its answer where it writes both into one text."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thought|thoughts|reasoning"
_OPEN = re.compile(rf"(?m)^[ \t]*(?P<tag><(?:{_NAMES})>|\[THINK\])", re.IGNORECASE)
_CLOSE = re.compile(rf"</(?:{_NAMES})>|\[/THINK\]", re.IGNORECASE)
_LONE_CLOSE = re.compile(rf"(?m)^[ \t]*(?:</(?:{_NAMES})>|\[/THINK\])[ \t]*$", re.IGNORECASE)
_LONGEST_TAG = len("</reasoning>")


def split_thoughts(content: str) -> tuple[str, str]:
    """(answer, thoughts) of a whole text.

    A block begins with a tag at the start of a line (code has such a tag inside a string at most) and ends with its
    closing tag; one that is never closed takes the rest, for the model was cut off while it thought. A closing tag
    alone on its line without an opening one ends thoughts from the very beginning: some templates open them unseen.
    """
    opened = _OPEN.search(content)
    lone = _LONE_CLOSE.search(content, 0, opened.start() if opened else len(content))
    answer: list[str] = []
    thoughts: list[str] = []
    at = 0
    if lone:
        thoughts.append(content[: lone.start()])
        at = lone.end()
    while opened := _OPEN.search(content, at):
        answer.append(content[at : opened.start("tag")])
        closed = _CLOSE.search(content, opened.end())
        thoughts.append(content[opened.end() : closed.start() if closed else len(content)])
        at = closed.end() if closed else len(content)
    answer.append(content[at:])
    text = "".join(answer)
    found = [stripped for thought in thoughts if (stripped := thought.strip())]
    return (text.lstrip() if thoughts else text), "\n\n".join(found)


class LiveSplitter:
    """The same while the words come, for the eyes of the user; the answer itself is read by `split_thoughts`.

    It cannot know of thoughts whose opening tag is unseen before their end, and shows them as text until then.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._line_start = True

    def feed(self, piece: str) -> list[tuple[str, str]]:
        """What can be shown by now, as (`text` or `thinking`, words); a piece that may be half a tag is held back."""
        self._held += piece
        shown: list[tuple[str, str]] = []
        while tag := self._next_tag():
            self._show(shown, self._held[: tag[0]])
            self._held = self._held[tag[1] :]
            self._inside = not self._inside
            self._line_start = False
        keep = self._half_tag()
        self._show(shown, self._held[: len(self._held) - keep])
        self._held = self._held[len(self._held) - keep :]
        return shown

    def flush(self) -> list[tuple[str, str]]:
        """What was held back, when no more comes."""
        shown: list[tuple[str, str]] = []
        self._show(shown, self._held)
        self._held = ""
        return shown

    def _show(self, shown: list[tuple[str, str]], words: str) -> None:
        if words:
            shown.append(("thinking" if self._inside else "text", words))
            self._line_start = words.rstrip(" \t").endswith("\n") or (self._line_start and not words.strip(" \t"))

    def _next_tag(self) -> tuple[int, int] | None:
        """Where the next tag that counts begins and ends."""
        if self._inside:
            closing = _CLOSE.search(self._held)
            return closing.span() if closing else None
        opening = _OPEN.search(self._held, 0 if self._line_start else 1)
        return opening.span("tag") if opening else None

    def _half_tag(self) -> int:
        """How many characters at the end may become a tag with what comes next."""
        tail = self._held[-_LONGEST_TAG:]
        at = max(tail.rfind("<"), tail.rfind("["))
        if at < 0 or ">" in tail[at:] or "]" in tail[at:]:
            return 0
        return len(tail) - at
