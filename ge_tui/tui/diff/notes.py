"""What is said above and below a comparison: how an individual was made, why it failed, what it printed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from ge_tui.llm.proposer import Step
from ge_tui.run.store import Status
from ge_tui.tui.diff.page import Row, plain_line, text_line
from ge_tui.tui.diff.pieces import Piece, cut_short, prose
from ge_tui.tui.diff.subject import Subject
from ge_tui.tui.diff.texts import visible
from ge_tui.tui.watch import Individual

_STATES = {
    Status.PROPOSING: "Its source is being made.",
    Status.WAITING: "It waits for its check and its training.",
    Status.EVALUATING: "It is in training.",
    Status.REJECTED: "Rejected: no usable source came of it.",
    Status.FAILED: "Failed",
}


def above(individual: Individual, subject: Subject, width: int) -> list[Row]:
    """How it was made and how it fared."""
    return [*_made(subject.steps, width), *_fared(individual, subject, width)]


def below(subject: Subject, width: int) -> list[Row]:
    """The end of what it printed."""
    if not subject.output.strip():
        return []
    title = cut_short((Piece("── what it printed last ", "heading"),), width)
    rule = Piece("─" * max(width - sum(cell_len(piece.text) for piece in title), 0), "rule")
    return [text_line(""), plain_line((*title, rule)), *_wrapped(subject.output.rstrip("\n"), width, "")]


def without_source(individual: Individual) -> str:
    """Why there is no text to show."""
    if individual.status is Status.PROPOSING:
        return "It has no source yet."
    return "No source of it is on record."


def _made(steps: tuple[Step, ...], width: int) -> Iterator[Row]:
    for step in steps:
        what = " · ".join(visible(word) for word in (step.operator, step.kind, step.segment) if word)
        head = (Piece("• ", "rule"), Piece(what, "note"))
        detail = " ".join(step.detail.split())
        room = width - sum(cell_len(piece.text) for piece in head) - 2
        if detail and cell_len(detail) <= room:
            yield plain_line((*head, Piece(": ", "note"), Piece(visible(detail))))
            continue
        yield plain_line(cut_short(head, width))
        if detail:
            yield from _wrapped(detail, width - 2, "", indent="  ")


def _fared(individual: Individual, subject: Subject, width: int) -> Iterator[Row]:
    status = individual.status
    if status is Status.EVALUATED:
        return
    reason = subject.reason or individual.reason
    if status is Status.DUPLICATE:
        yield from _wrapped(f"Duplicate: {reason or f'the same as #{individual.duplicate_of}'}.", width, "notice")
        return
    said = _STATES[status]
    if status is Status.FAILED and individual.outcome is not None:
        said = f"{said}: {individual.outcome}"
    yield from _wrapped(said, width, "failure" if status in (Status.FAILED, Status.REJECTED) else "notice")
    if reason:
        yield from _wrapped(reason, width - 2, "", indent="  ")


def _wrapped(text: str, width: int, kind: str, indent: str = "") -> Iterator[Row]:
    for line in text.split("\n"):
        for part in prose(visible(line), width):
            yield text_line(indent + part, kind)
