"""Turning what a genome raises into an outcome and a sentence."""

from __future__ import annotations

import traceback

import torch

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import MAX_REASON

GENOME_FILE = "<genome>"
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory")


class GenomeFailureError(Exception):
    """A genome failed; carries the outcome and the sentence for the user and the LLM."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def failure_from(error: BaseException, stage: Outcome, doing: str) -> GenomeFailureError:
    """The failure an exception means when it is raised at some stage of an evaluation."""
    if isinstance(error, GenomeFailureError):
        return error
    if is_out_of_memory(error):
        return GenomeFailureError(Outcome.OUT_OF_MEMORY, f"out of memory {doing}: {_describe(error)}")
    return GenomeFailureError(stage, f"{doing}: {_describe(error)}")


def is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError | OSError) and any(sign in str(error).lower() for sign in _OUT_OF_MEMORY)


def _describe(error: BaseException) -> str:
    """The error's type and words, and the genome's line it came from."""
    try:
        words = str(error)
    except Exception as inner:  # noqa: BLE001  (the genome's own exception class may raise anything)
        words = f"(its message raised {type(inner).__name__})"
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == GENOME_FILE]
    if frames:
        last = frames[-1]
        code = f": {last.line.strip()[:120]}" if last.line else ""
        text = f"{text} (line {last.lineno}, in {last.name}{code})"
    return text[:MAX_REASON]
