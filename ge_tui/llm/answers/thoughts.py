"""Thoughts that come before an answer: they hold drafts, and are never read as the answer."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|seed:think|antthinking|plan|planning"
_TAG = re.compile(
    rf"<(?P<close>/?)(?P<name>{_NAMES})(?:\s[^<>\n]{{0,80}})?>"
    r"|(?P<bracket>\[/?THINK\])|(?P<kimi>◁/?think▷)|(?P<pipe><\|(?:begin|end)_of_thought\|>)",
    re.IGNORECASE,
)
_SOLUTION = re.compile(r"<\|(?:begin|end)_of_solution\|>")


def without_thoughts(text: str) -> tuple[str, bool]:
    """The text without its thoughts, and whether the thoughts ended.

    An end without a beginning (the beginning was in the prompt's template) closes all that stands before it.
    """
    parts: list[str] = []
    open_, at = False, 0
    for tag in _TAG.finditer(text):
        if _is_quoted(text, tag):
            continue
        if _closes(tag):
            if not open_:
                parts = []
            open_, at = False, tag.end()
        elif not open_:
            parts.append(text[at : tag.start()])
            open_ = True
    if not open_:
        parts.append(text[at:])
    return _SOLUTION.sub("", "\n".join(parts)), not open_


def _is_quoted(text: str, tag: re.Match[str]) -> bool:
    """Whether a tag is spoken of, not used: `<think>`, "</think>"."""
    before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
    return bool(before) and before in "\"'`" and before == after


def _closes(tag: re.Match[str]) -> bool:
    if tag["name"]:
        return bool(tag["close"])
    return "/" in tag.group() or tag.group().lower().startswith("<|end")
