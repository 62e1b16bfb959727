"""From an answer to a child: the rungs, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ge_tui.genome import syntax_hash
from ge_tui.llm.answers.bare import find_bare
from ge_tui.llm.answers.blocks import Block
from ge_tui.llm.answers.checks import finish
from ge_tui.llm.answers.choose import choose
from ge_tui.llm.answers.clean import clean, unescape_markers
from ge_tui.llm.answers.code import Code, code_of
from ge_tui.llm.answers.edits.apply import apply_blocks, apply_hunks
from ge_tui.llm.answers.edits.assemble import assemble_edited
from ge_tui.llm.answers.edits.labelled import find_labelled
from ge_tui.llm.answers.edits.search_replace import find_search_replace
from ge_tui.llm.answers.edits.unified_diff import find_hunks
from ge_tui.llm.answers.fences import find_fences, split_fences
from ge_tui.llm.answers.json_answer import find_json
from ge_tui.llm.answers.model import Child, Refusal, RefusalReason, Request
from ge_tui.llm.answers.scope import Scope, scope_of
from ge_tui.llm.answers.segment import assemble_segment
from ge_tui.llm.answers.tags import inside_answer_tag, tags_to_fences
from ge_tui.llm.answers.thoughts import without_thoughts
from ge_tui.llm.answers.whole import assemble_file

MAX_LETTERS = 100_000
"""Of an answer without its thoughts; the largest genomes have a fraction of it."""

Outcome = Child | Refusal | None
"""None: the rung found nothing of its kind."""


def read_answer(answer: str, request: Request, *, finished: bool = True) -> Child | Refusal:
    """Turn an LLM's answer into a child's source.

    Pure, and raises on no answer; SegmentError where the request names a segment the parent lacks.
    `finished` is False where the stream was cut: such an answer is refused even if what came is Python.
    Never guesses: what fits in two places is refused. The rungs are tried in order, and the one that held is
    recorded in `Child.rung`.
    """
    outcome = _outcome(answer, request, finished=finished)
    if isinstance(outcome, Child):
        return outcome
    words = " ".join(outcome.detail.split())
    return Refusal(outcome.reason, "".join(letter if letter.isprintable() else "?" for letter in words))


def _outcome(answer: str, request: Request, *, finished: bool) -> Child | Refusal:
    scope = scope_of(request)
    if not finished:
        return Refusal(RefusalReason.TRUNCATED, "the answer was cut off at the token limit")
    text, thoughts_ended = without_thoughts(clean(answer))
    text = unescape_markers(inside_answer_tag(text))
    if not thoughts_ended:
        return Refusal(RefusalReason.TRUNCATED, "the thoughts never ended, and no answer came after them")
    if not text.strip():
        return Refusal(RefusalReason.EMPTY, "the answer is empty")
    if len(text) > MAX_LETTERS:
        return Refusal(RefusalReason.TOO_LONG, f"the answer has {len(text):,} letters; no segment is that long")
    outcome = _read(text, request, scope)
    return outcome or Refusal(RefusalReason.NO_CODE, "the answer holds no code")


def _read(text: str, request: Request, scope: Scope) -> Outcome:
    broken: Refusal | None = None
    for rung in RUNGS:
        outcome = rung(text, request, scope)
        if isinstance(outcome, Refusal) and rung is _json and outcome.reason is not RefusalReason.AMBIGUOUS:
            broken = outcome  # JSON beside the answer, perhaps
        elif outcome is not None:
            return broken if broken and isinstance(outcome, Refusal) else outcome
    return broken


def _json(text: str, request: Request, scope: Scope) -> Outcome:
    payload = find_json(text, scope)
    if payload is None or isinstance(payload, Refusal):
        return payload
    if payload.edits:
        return _edited(apply_blocks(payload.edits, request), "json", request, scope)
    wrapped = [
        block for block in payload.blocks if find_fences(block.text) or "<<<<<" in block.text or "@@" in block.text
    ]
    if len(payload.blocks) == 1 and wrapped:
        for rung in (_search_replace, _unified_diff, _fences):
            outcome = rung(payload.blocks[0].text, request, scope)
            if outcome is not None:
                return _renamed(outcome, "json")
    return _chosen(payload.blocks, request, scope)


def _search_replace(text: str, request: Request, scope: Scope) -> Outcome:
    found = find_search_replace(text)
    if found is None or isinstance(found, Refusal):
        return found
    outcome = _edited(apply_blocks(found.blocks, request), "search_replace", request, scope)
    return _agreed(outcome, _code(found.rest, request, scope))


def _unified_diff(text: str, request: Request, scope: Scope) -> Outcome:
    hunks = find_hunks(text, request.parent.source)
    if hunks is None or isinstance(hunks, Refusal):
        return hunks
    outcome = _edited(apply_hunks(hunks, request), "unified_diff", request, scope)
    code = _code(text, request, scope)
    if isinstance(outcome, Refusal) and isinstance(code, Child):
        return code  # a diff that only illustrates the code sent with it
    return _agreed(outcome, code)


def _code(text: str, request: Request, scope: Scope) -> Outcome:
    outcome = _fences(text, request, scope)
    if outcome is None or (isinstance(outcome, Refusal) and outcome.reason in _GO_ON):
        bare = _bare(text, request, scope)
        return bare if isinstance(bare, Child) or outcome is None else outcome
    return outcome


def _fences(text: str, request: Request, scope: Scope) -> Outcome:
    blocks = find_fences(tags_to_fences(text))
    outcome = _chosen(blocks, request, scope) if blocks else None
    if isinstance(outcome, Child):
        return outcome
    pairs = find_labelled(blocks)
    if pairs is not None:
        return _edited(apply_blocks(pairs, request), "labelled_edits", request, scope)
    return outcome


def _bare(text: str, request: Request, scope: Scope) -> Outcome:
    blocks, rest = split_fences(text)
    outside = "\n".join([*(block.above for block in blocks), rest]) if blocks else text
    code = code_of(text)
    if code is not None and code.names and not any(_is_word(item.text) for item in code.statements):
        return _chosen([Block(text, "", "", closed=False, rung="bare")], request, scope)
    found = find_bare(outside)
    outcome = _chosen(found, request, scope) if found else None
    if isinstance(outcome, Child) or (blocks and not found):
        return outcome
    dressed = _chosen([Block(text, "", "", closed=False, rung="bare")], request, scope)
    return dressed if isinstance(dressed, Child) else outcome


_GO_ON = (RefusalReason.MISSING_DEFINITION, RefusalReason.NO_CODE)
RUNGS: tuple[Callable[[str, Request, Scope], Outcome], ...] = (_json, _search_replace, _unified_diff, _code)


def _is_word(text: str) -> bool:
    """A line such as `Done`, which is Python by accident."""
    return all(letter.isalnum() or letter in "_ ,.'-" for letter in text)


def _chosen(blocks: Sequence[Block], request: Request, scope: Scope) -> Outcome:
    def assemble(code: Code, rung: str) -> Child | Refusal:
        put = assemble_file if request.segment is None else assemble_segment
        source = put(code, request, scope)
        return source if isinstance(source, Refusal) else finish(source, rung, request, scope)

    return choose(blocks, request, scope, assemble)


def _edited(source: str | Refusal, rung: str, request: Request, scope: Scope) -> Child | Refusal:
    if not isinstance(source, Refusal):
        source = assemble_edited(source, request, scope)
    return source if isinstance(source, Refusal) else finish(source, rung, request, scope)


def _agreed(edited: Child | Refusal, code: Outcome) -> Child | Refusal:
    """Edits and a full rewrite in one answer must come to the same."""
    if isinstance(edited, Child) and isinstance(code, Child) and syntax_hash(edited.source) != syntax_hash(code.source):
        return Refusal(RefusalReason.AMBIGUOUS, "the edits and the code sent with them are different changes")
    return edited


def _renamed(outcome: Child | Refusal, rung: str) -> Child | Refusal:
    return Child(outcome.source, rung, outcome.segment) if isinstance(outcome, Child) else outcome
