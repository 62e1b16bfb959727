"""Code and edits inside JSON (or a Python literal), with or without a fence around it."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ge_tui.llm.answers.blocks import Block
from ge_tui.llm.answers.code import code_of
from ge_tui.llm.answers.edits.model import EditBlock
from ge_tui.llm.answers.edits.search_replace import block_of
from ge_tui.llm.answers.fences import find_fences
from ge_tui.llm.answers.model import Refusal, RefusalReason
from ge_tui.llm.answers.scope import Scope

_DECODER = json.JSONDecoder(strict=False)
_OBJECT = re.compile(r"[{\[]\s*[\"'{\[]|\"")
_OLD_KEY = re.compile(
    r"(?:search|find|old|original|before|current|from|parent)(?:_?(?:str|string|text|code|block|lines))?", re.I
)
_NEW_KEY = re.compile(
    r"(?:replace|replacement|new|updated|after|to|modified)(?:_?(?:with|str|string|text|code|block|lines))?", re.I
)
_MAX_STRINGS = 200


@dataclass(frozen=True, slots=True)
class Payload:
    """What JSON held: code, by the key it stood under, or edits."""

    blocks: tuple[Block, ...]
    edits: tuple[EditBlock, ...]


def find_json(text: str, scope: Scope) -> Payload | Refusal | None:
    """The code or the edits in an answer that is JSON, or whose fence or words hold a JSON object."""
    refusal: Refusal | None = None
    for place in _places(text):
        if not _OBJECT.match(place):
            continue
        value = _decoded(place)
        if value is None:
            refusal = refusal or _broken(place)
            continue
        payload = _payload(value, scope)
        if payload.blocks or payload.edits:
            return payload
    return refusal


def _places(text: str) -> Iterator[str]:
    yield text.strip()
    blocks = find_fences(text)
    for block in blocks[:8]:
        if block.language in ("", "json", "json5", "jsonc", "javascript", "python"):
            yield block.text.strip()
    if not blocks:
        for found in list(re.finditer(r"^\{", text, re.MULTILINE))[:4]:
            yield text[found.start() :].strip()


def _decoded(text: str) -> Any:
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return _literal(text)
    return value if not text[end:].strip() or isinstance(value, dict | list) else None


def _literal(text: str) -> Any:
    """A Python literal: single quotes, triple quotes, trailing commas. Nothing is run."""
    if not text.endswith(("}", "]")):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def _broken(text: str) -> Refusal | None:
    """JSON that holds code but cannot be read."""
    if not re.match(r"[{\[]\s*(?:\{\s*)?\"\w+\"\s*:", text) or not re.search(r"\b(?:class|def|import)\b", text):
        return None
    if text.endswith(("}", "]")):
        return Refusal(RefusalReason.NOT_PYTHON, "the JSON around the code cannot be read; send the code in a fence")
    return Refusal(RefusalReason.TRUNCATED, "the JSON around the code never ends")


def _payload(value: Any, scope: Scope) -> Payload:
    blocks: list[Block] = []
    edits: list[EditBlock] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting and len(blocks) < _MAX_STRINGS:
        key, item = waiting.pop()
        if isinstance(item, str):
            if _is_code(item):
                blocks.append(Block(item, _label(key), "", closed=True, rung="json"))
        elif isinstance(item, Mapping):
            edit = _edit(item, scope)
            if edit:
                edits.append(edit)
            else:
                waiting += reversed([(str(name), inner) for name, inner in item.items()])
        elif isinstance(item, list | tuple):
            joined = "\n".join(item) if item and all(isinstance(line, str) for line in item) else ""
            if joined and not any(_is_code(line) and "\n" in line for line in item) and _is_code(joined):
                blocks.append(Block(joined, _label(key), "", closed=True, rung="json"))
            else:
                waiting += reversed([(key, inner) for inner in item])
    return Payload(tuple(blocks), tuple(edits))


def _label(key: str) -> str:
    return f"{key.replace('_', ' ')}:"


def _edit(item: Mapping[Any, Any], scope: Scope) -> EditBlock | None:
    old = [value for key, value in item.items() if isinstance(value, str) and _OLD_KEY.fullmatch(str(key))]
    new = [value for key, value in item.items() if isinstance(value, str) and _NEW_KEY.fullmatch(str(key))]
    if len(old) != 1 or len(new) != 1:
        return None
    code = code_of(new[0])
    if scope.required and code is not None and scope.required <= code.names:
        return None  # a full rewrite beside what it was made from
    return block_of(old[0].strip("\n"), new[0].strip("\n"))


def _is_code(text: str) -> bool:
    if "```" in text or "<<<<<" in text or "\n@@" in text or text.startswith("@@"):
        return True
    return re.search(r"^\s*(?:class|def|async def|import|from|@)\s*\w", text, re.MULTILINE) is not None and (
        "\n" in text or "(" in text
    )
