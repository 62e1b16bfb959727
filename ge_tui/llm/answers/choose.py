"""Which of an answer's blocks is the code that was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ge_tui.genome import syntax_hash
from ge_tui.llm.answers.bare import find_bare
from ge_tui.llm.answers.blocks import Block, Role, is_option
from ge_tui.llm.answers.code import Code, code_of, read_code
from ge_tui.llm.answers.elided import elision, placeholder_comment
from ge_tui.llm.answers.fences import find_fences
from ge_tui.llm.answers.model import Child, Refusal, RefusalReason, Request
from ge_tui.llm.answers.scope import BUILTINS, Scope
from ge_tui.llm.answers.whole_text import looks_whole

MAX_BLOCKS = 64

Assemble = Callable[[Code, str], Child | Refusal]
"""Code and its rung -> the finished child."""

_NOT_CODE = frozenset({
    "bash", "sh", "shell", "zsh", "console", "terminal", "text", "txt", "plaintext", "output", "json", "yaml", "yml",
    "toml", "diff", "patch", "mermaid", "latex", "tex", "markdown", "md", "csv", "log", "html", "xml", "math",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A block and what could be read of it."""

    number: int
    block: Block
    code: Code | None
    rung: str
    error: str
    elided: str


def choose(blocks: Sequence[Block], request: Request, scope: Scope, assemble: Assemble) -> Child | Refusal | None:
    """The child of the one block that is the answer; None where no block is code at all."""
    items = _candidates(blocks, scope)
    if len(items) > MAX_BLOCKS:
        return Refusal(RefusalReason.AMBIGUOUS, f"the answer has {len(items)} different pieces of code; send one")
    complete = [item for item in items if item.code is not None and scope.required <= item.code.names]
    usable = [item for item in complete if not item.elided and (item.block.closed or _ends_well(item, scope))]
    usable = [item for item in usable if item.code is not None and item.code.statements]
    if not usable:
        return _joined(items, scope, assemble) or _why_none(items, request, scope)
    picked = _pick(usable, items, scope, assemble)
    if isinstance(picked, Refusal):
        return picked
    if refusal := _contradicted(picked, items, scope):
        return refusal
    return _outcome(picked, items, scope, assemble)


def _candidates(blocks: Sequence[Block], scope: Scope) -> list[Candidate]:
    found: list[Candidate] = []
    texts: set[str] = set()
    for block in blocks:
        if not block.text.strip() or (block.text in texts and block.closed):
            continue
        texts.add(block.text)
        found += _read(len(found), block, scope)
        if len(found) > MAX_BLOCKS:
            break
    return found


def _read(number: int, block: Block, scope: Scope) -> list[Candidate]:
    result = read_code(block.text)
    if isinstance(result, Exception):
        inner = find_bare(block.text) if block.rung != "bare" and not block.closed else []
        if inner and inner[0].closed and code_of(inner[0].text):  # words after code whose fence was never closed
            return _read(number, replace(inner[0], above=block.above, language=block.language, rung=block.rung), scope)
        nested = find_fences(block.text) if "```" in block.text or "~~~" in block.text else []
        if nested and nested[0].text != block.text:
            above = replace(nested[0], above=f"{block.above}\n{nested[0].above}")
            inside = [_read(number + at, item, scope) for at, item in enumerate([above, *nested[1:MAX_BLOCKS]])]
            return [candidate for found in inside for candidate in found]
        where = f"line {result.line}: " if result.line else ""
        elided = placeholder_comment(block.text, scope.source)
        return [Candidate(number, block, None, block.rung, f"{where}{result.detail}", elided)]
    rung = f"{block.rung}+{result.mended}" if result.mended else block.rung
    return [Candidate(number, block, result.code, rung, "", elision(result.code, scope.code))]


def _ends_well(item: Candidate, scope: Scope) -> bool:
    return item.code is not None and looks_whole(item.code, scope, fenced=item.block.rung != "bare")


def _pick(usable: list[Candidate], items: list[Candidate], scope: Scope, assemble: Assemble) -> Candidate | Refusal:
    """The one candidate that is meant; copies of another and of the parent do not count."""
    distinct: dict[str, Candidate] = {}
    copies: list[Candidate] = []
    for item in usable:
        outcome = _outcome(item, items, scope, assemble)
        if isinstance(outcome, Refusal) and outcome.reason is RefusalReason.UNCHANGED:
            copies.append(item)
            continue
        key = (syntax_hash(outcome.source) or "") if isinstance(outcome, Child) else f"{item.number}: {outcome.reason}"
        distinct.setdefault(key, item)
    left = list(distinct.values()) or copies[:1]
    if len(left) == 1:
        return left[0]
    plain = [item for item in left if item.block.role in (Role.PLAIN, Role.FINAL)]
    if len(plain) == 1:
        return plain[0]
    left = plain or left
    finals = [item for item in left if item.block.role is Role.FINAL]
    if len(finals) == 1 and finals[0] is left[-1] and not any(is_option(item.block) for item in left):
        return finals[0]
    return Refusal(
        RefusalReason.AMBIGUOUS, f"the answer holds {len(left)} different versions that would each do; send one"
    )


def _contradicted(picked: Candidate, items: list[Candidate], scope: Scope) -> Refusal | None:
    """Whether a later block shows that the picked one was not the last word."""
    superseded = picked.block.role in (Role.OLD, Role.DRAFT, Role.USAGE)
    for item in items:
        if item.number <= picked.number or not _speaks_of(item, scope):
            continue
        if item.elided:
            if superseded:
                return Refusal(RefusalReason.ELIDED, f"{item.elided}; send the code in full")
            continue  # an excerpt
        if item.code is None and not item.block.closed:
            return Refusal(RefusalReason.TRUNCATED, f"a later version of the code breaks off: {item.error}")
        if item.code is None and item.block.language not in _NOT_CODE:
            return Refusal(RefusalReason.NOT_PYTHON, f"a later version of the code is not Python: {item.error}")
    return None


def _speaks_of(item: Candidate, scope: Scope) -> bool:
    if item.elided:
        return True
    return any(re.search(rf"\b(?:class|def)\s+{re.escape(name)}\b", item.block.text) for name in scope.required)


def _outcome(item: Candidate, items: list[Candidate], scope: Scope, assemble: Assemble) -> Child | Refusal:
    assert item.code is not None
    joined = _with_helpers(item, items, scope)
    if isinstance(joined, Refusal):
        return joined
    return assemble(joined, item.rung if joined is item.code else _plural(item.rung))


def _plural(rung: str) -> str:
    return rung.replace("fence", "fences", 1)


def _with_helpers(item: Candidate, items: list[Candidate], scope: Scope) -> Code | Refusal:
    """The code with those other blocks that define what it needs, in the order of the answer."""
    assert item.code is not None
    known = (scope.code.names if scope.code else frozenset()) | BUILTINS
    parts = [item]
    while True:
        has = frozenset().union(*(part.code.names for part in parts if part.code))
        needed = frozenset().union(*(part.code.loads for part in parts if part.code)) - known - has
        found = [other for other in items if other not in parts and _is_helper(other) and _names(other) & needed]
        if not found:
            break
        if len(found) > 1 and any(_names(found[0]) & _names(other) & needed for other in found[1:]):
            return Refusal(RefusalReason.AMBIGUOUS, "the answer holds two versions of a helper; send one")
        parts.append(found[0])
    if len(parts) == 1:
        return item.code
    texts = [part.code.text.strip("\n") for part in sorted(parts, key=lambda part: part.number) if part.code]
    return code_of("\n\n\n".join(texts) + "\n") or item.code


def _names(item: Candidate) -> frozenset[str]:
    return item.code.names if item.code else frozenset()


def _is_helper(item: Candidate) -> bool:
    """Definitions, imports and constants, all of it meant for keeping."""
    if item.code is None or item.elided or not item.block.closed:
        return False
    if item.block.role in (Role.OLD, Role.DRAFT, Role.USAGE):
        return False
    return all(part.is_definition or part.is_import or part.is_docstring or part.names for part in item.code.statements)


def _joined(items: list[Candidate], scope: Scope, assemble: Assemble) -> Child | Refusal | None:
    """A file or a segment told in several blocks, each defining a part of it."""
    parts = [item for item in items if _is_helper(item) and item.code and item.code.definitions]
    imports = [item for item in items if _is_helper(item) and item.code and not item.code.definitions]
    if len(parts) < 2 or not all(item.block.closed for item in items):
        return None
    if any(item.elided or (item.code is None and item.block.language not in _NOT_CODE) for item in items):
        return None
    kept = sorted([*parts, *imports], key=lambda item: item.number)
    names = [name for item in parts if item.code for name in item.code.own_names]
    if len(names) != len(set(names)) or not scope.required <= set(names):
        return None
    code = code_of("\n\n\n".join(item.code.text.strip("\n") for item in kept if item.code) + "\n")
    return assemble(code, _plural(parts[0].rung)) if code else None


def _why_none(items: list[Candidate], request: Request, scope: Scope) -> Refusal | None:
    """Why no block will do: the most telling reason."""
    what = f"segment {request.segment}" if request.segment else "the file"
    code = [item for item in items if item.code is not None and item.code.definitions]
    elided = next((item for item in items if item.elided), None)
    broken = [item for item in items if item.code is None and _looks_like_code(item)]
    cut = [item for item in items if not item.block.closed and (item in broken or item in code)]
    if elided:
        return Refusal(RefusalReason.ELIDED, f"{elided.elided}; send the code in full")
    if cut:
        return Refusal(RefusalReason.TRUNCATED, f"the code ends in the middle: {cut[0].error or 'its end is missing'}")
    if broken:
        return Refusal(RefusalReason.NOT_PYTHON, f"the code is not Python: {broken[-1].error}")
    if code:
        return _wrong_definitions(code, request, scope, what)
    if any(item.code is not None and item.code.statements for item in items):
        return Refusal(RefusalReason.MISSING_DEFINITION, f"the code does not define {what}; send it in full")
    return None


def _wrong_definitions(code: list[Candidate], request: Request, scope: Scope, what: str) -> Refusal:
    defined = frozenset().union(*(item.code.own_names for item in code if item.code))
    gone = " and ".join(sorted(scope.required - defined)) or what
    others = sorted(defined & scope.elsewhere.own_names)
    if others and request.segment and not defined & scope.required:
        return Refusal(
            RefusalReason.OUTSIDE_SEGMENT, f"the answer holds {' and '.join(others)}, but {what} was to be changed"
        )
    return Refusal(RefusalReason.MISSING_DEFINITION, f"the code does not define {gone}; send {what} in full")


def _looks_like_code(item: Candidate) -> bool:
    return item.block.language not in _NOT_CODE and bool(
        re.search(r"^\s*(?:class|def|import|from|self\.|return|@|x\s*=)\b", item.block.text, re.MULTILINE)
        or item.block.language.startswith(("py", "ge-tag"))
    )
