"""What became of a call, in words. Pure."""

from __future__ import annotations

from typing import NamedTuple

from ge_tui.llm.answers.model import RefusalReason
from ge_tui.llm.ollama.failure import FailureKind
from ge_tui.tui.text.safe import clean_line


class Outcome(NamedTuple):
    """What became of an answer."""

    sign: str
    """✓ a child came of it, ✗ none did, … it is not known yet."""
    short: str
    """For a list."""
    long: str
    """A sentence."""
    kind: str
    """Of colour: good, bad, or quiet."""


READ = {
    "fence": "a block of code",
    "fences": "several blocks of code",
    "bare": "code without a block around it",
    "tag": "code between tags",
    "json": "JSON with the code in it",
    "search_replace": "search/replace edits",
    "unified_diff": "a unified diff",
    "labelled_edits": "edits, each under a label",
}
MENDED = {
    "spaces": "odd spaces made plain",
    "indentation": "indentation mended",
    "entities": "HTML entities turned back",
    "line_numbers": "line numbers taken off",
    "prompts": "'>>>' taken off",
    "plus_signs": "'+' of a diff taken off",
    "quotes": "quotation marks made straight",
    "markdown": "Markdown taken off",
    "tabs": "tabs made spaces",
    "escapes": "backslashes taken off",
}
REFUSED = {
    RefusalReason.EMPTY: "it said nothing, or nothing but thoughts",
    RefusalReason.NO_CODE: "it holds words, but neither code nor edits",
    RefusalReason.TOO_LONG: "it is longer than any answer that could be meant",
    RefusalReason.TRUNCATED: "it ends in the middle",
    RefusalReason.ELIDED: "it leaves parts out, as by '# rest unchanged'",
    RefusalReason.AMBIGUOUS: "two different things could be meant",
    RefusalReason.OUTSIDE_SEGMENT: "it changes what it was not to change",
    RefusalReason.IMPORT_CONFLICT: "it imports under a name that means something else in the file",
    RefusalReason.UNCHANGED: "it is the parent again",
    RefusalReason.NOT_PYTHON: "it is not Python",
    RefusalReason.MISSING_DEFINITION: "a class or function is gone that is needed",
    RefusalReason.MALFORMED_EDIT: "an edit lacks a part",
    RefusalReason.EDIT_NOT_FOUND: "the text that an edit quotes is not in the file",
    RefusalReason.EDIT_NOT_UNIQUE: "the text that an edit quotes is in the file more than once",
    RefusalReason.EDITS_OVERLAP: "two edits change the same lines",
}
FAILED = {
    FailureKind.SERVER_AWAY: "the server cannot be reached",
    FailureKind.NOT_OLLAMA: "what answered is not an Ollama server",
    FailureKind.NOT_ALLOWED: "the server does not accept the call",
    FailureKind.MODEL_MISSING: "the model is not installed",
    FailureKind.MODEL_BROKEN: "the server cannot load the model",
    FailureKind.OUT_OF_MEMORY: "too little memory for the model",
    FailureKind.BUSY: "the server's queue was full",
    FailureKind.RUNNER_DIED: "the model's process died",
    FailureKind.DISCONNECTED: "the connection broke",
    FailureKind.TIMEOUT: "it took longer than allowed",
    FailureKind.NO_FIRST_WORD: "no first word came in time",
    FailureKind.STALLED: "the words stopped coming",
    FailureKind.PROMPT_TOO_LONG: "the prompt does not fit the window",
    FailureKind.TRUNCATED_PROMPT: "the server cut the prompt",
    FailureKind.LOOPED: "the model said the same over and over",
    FailureKind.NO_DONE: "the stream ended too early",
    FailureKind.EMPTY: "the answer has not a word",
    FailureKind.BAD_STREAM: "what came is not what Ollama sends",
    FailureKind.BAD_REQUEST: "the server refuses what is asked",
    FailureKind.SERVER_ERROR: "the server reports an error",
    FailureKind.UNEXPECTED: "an error of an unknown kind",
}


def outcome_of(failure: str | None, read_as: str) -> Outcome:
    """By what is on record of a call."""
    if failure:
        words = _words(FAILED, failure)
        return Outcome("✗", words, f"No answer: {words} ({clean_line(failure)}).", "bad")
    if not read_as:
        return Outcome("…", "not read yet", "The answer was not read yet.", "quiet")
    if read_as in REFUSED:
        words = _words(REFUSED, read_as)
        return Outcome("✗", words, f"No child came of it: {words} ({clean_line(read_as)}).", "bad")
    rung, _, mended = read_as.partition("+")
    words = _words(READ, rung)
    more = f"; {_words(MENDED, mended)}" if mended else ""
    return Outcome("✓", f"{words}{more}", f"Read as {words}{more}.", "good")


def _words(known: object, name: str) -> str:
    """A name that a newer program wrote stands for itself."""
    found = known.get(name) if isinstance(known, dict) else None
    return found if isinstance(found, str) else spaced(name)


def spaced(name: str | None) -> str:
    """A name as people read it."""
    return clean_line(name or "").replace("_", " ")


def pace(tokens: int, seconds: float) -> str:
    """Tokens a second; empty where it cannot be told."""
    return f"{tokens / seconds:,.0f}/s" if tokens > 0 and seconds > 0.001 else ""
