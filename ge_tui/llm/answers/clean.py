"""The letters of an answer before anything is read into them."""

from __future__ import annotations

import html
import re

from ge_tui.genome import normalise_newlines

_TOKEN = re.compile(r"<\|(?:im_end|im_start|eot_id|end_of_text|endoftext|end|return|start)\|>|<(?:end_of_turn|eos)>")
_CHANNEL = re.compile(r"<\|channel\|>\s*final\s*(?:<\|[^|\n]{1,40}\|>[^<\n]{0,80})*?<\|message\|>")
_ANY_CHANNEL = re.compile(r"<\|channel\|>")


def clean(answer: str) -> str:
    """Plain newlines, no byte order mark, no tokens of a chat template; of channels the final one."""
    text = normalise_newlines(answer)
    if _ANY_CHANNEL.search(text):
        finals = list(_CHANNEL.finditer(text))
        text = text[finals[-1].end() :] if finals else ""
    text = _TOKEN.sub("", text)
    return text.removesuffix("</s>") if text.rstrip().endswith("</s>") and "<s>" not in text else text


def unescape_markers(text: str) -> str:
    """An answer whose edit markers came as HTML entities, as it was meant."""
    if "&lt;&lt;&lt;" in text and "<<<" not in text:
        return html.unescape(text)
    return text
