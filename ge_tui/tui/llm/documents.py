"""A call on record as documents to read. Pure; for a thread, as it takes a while with long texts."""

from __future__ import annotations

from ge_tui.run.store.calls import KeptCall
from ge_tui.run.summary import format_metric
from ge_tui.tui.llm.fences import colour
from ge_tui.tui.llm.lanes import prompt_document
from ge_tui.tui.llm.outcomes import outcome_of, pace, spaced
from ge_tui.tui.llm.reading import Reading
from ge_tui.tui.text.document import Document, Part, part_of
from ge_tui.tui.text.numbers import short_duration
from ge_tui.tui.text.safe import clean, clean_line
from ge_tui.tui.watch import Individual


def read_call(kept: KeptCall, individual: Individual | None, width: int, *, folded: bool) -> Reading:
    """Everything of a call, coloured and laid out."""
    call = kept.call
    outcome = outcome_of(call.failure, kept.read_as)
    verdict = Part("what became of it", outcome.kind, lines=[outcome.long, *_why(kept, individual)])
    answer = Document(
        verdict, part_of(call.thinking, "thoughts", "quiet", folded=folded), part_of(call.answer, "answer")
    )
    prompt = prompt_document(call.system, call.prompt)
    for document in (answer, prompt):
        colour(document)
        document.layout(width)
    return Reading(
        answer,
        prompt,
        who(call.individual, call.operator, call.segment, call.persona, call.category),
        _figures(kept),
        call.answer,
        f"{call.system}\n\n{call.prompt}" if call.system else call.prompt,
        call.individual,
        outcome,
    )


def who(individual: int, operator: str, segment: str | None, persona: str, category: str) -> str:
    """Who was asked for what."""
    place = clean_line(segment) if segment else "the whole file"
    return f"#{individual} {spaced(operator)} of {place} by {spaced(persona)}: {spaced(category)}"


def _why(kept: KeptCall, individual: Individual | None) -> list[str]:
    lines = clean(kept.call.detail).split("\n") if kept.call.detail else []
    if not kept.call.finished and not kept.call.failure:
        lines.append("The server cut it off at the most tokens it may have.")
    if individual is not None:
        lines.append(_ending(individual))
    return lines


def _ending(one: Individual) -> str:
    """What became of the individual, which may have been tried more than once."""
    reason = f": {clean_line(one.reason)}" if one.reason else ""
    if one.duplicate_of is not None:
        return f"#{one.number} is a duplicate of #{one.duplicate_of}."
    shown = ", ".join(
        f"{name} {format_metric(name, one.metrics[name])}" for name in ("accuracy", "params") if name in one.metrics
    )
    return f"#{one.number} is {one.status}{f' with {shown}' if shown else reason}."


def _figures(kept: KeptCall) -> str:
    call = kept.call
    heat = call.options.get("temperature")
    speed = pace(call.completion_tokens, call.total_s - call.first_token_s)
    tries = f"try {call.attempt + 1}" + (f", step {call.step + 1}" if call.step else "")
    parts = [
        clean_line(call.model) + (f" at {heat}" if heat is not None else ""),
        f"{call.completion_tokens:,} tokens in {short_duration(call.total_s)}" + (f", {speed}" if speed else ""),
        f"prompt {call.prompt_tokens:,} tokens",
        tries,
    ]
    return " · ".join(parts)
