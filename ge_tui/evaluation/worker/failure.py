"""Turning what a genome raises into an outcome and a sentence."""

from __future__ import annotations

import errno
import linecache
from types import FrameType

import torch

from ge_tui.evaluation.outcome import Outcome
from ge_tui.evaluation.protocol import MAX_REASON

GENOME_FILE = "<genome>"
_OUT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "cannot allocate memory", "bad_alloc",
                  "nvml_success")  # fmt: skip
"""The last: out of memory on a GPU, torch asks the driver's library how full it is, which cannot answer in the box."""
_MAX_PLACE = 300
_BREACHES = {
    errno.EPERM: Outcome.FORBIDDEN,
    errno.EACCES: Outcome.FORBIDDEN,
    errno.EROFS: Outcome.FORBIDDEN,
    errno.ENOSPC: Outcome.DISK,
    errno.EDQUOT: Outcome.DISK,
    errno.EFBIG: Outcome.FILE_SIZE,
    errno.EMFILE: Outcome.OPEN_FILES,
}
_NO_MORE_PROCESSES = ("can't start new thread", "resource temporarily unavailable")
_SENTENCES = {
    Outcome.FORBIDDEN: "the box allows no network, no files but its own folder, no other processes",
    Outcome.DISK: "its folder is full",
    Outcome.FILE_SIZE: "the file is larger than allowed",
    Outcome.OPEN_FILES: "it has more files open than allowed",
    Outcome.PROCESSES: "it has more processes and threads than allowed",
}


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
    breach = _breach(error)
    if breach is not None:
        return GenomeFailureError(breach, f"{_SENTENCES[breach]}; {doing}: {_describe(error)}")
    return GenomeFailureError(stage, f"{doing}: {_describe(error)}")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory gave out, of the machine or of a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError | OSError) and any(sign in _words(error).lower() for sign in _OUT_OF_MEMORY)


def _breach(error: BaseException) -> Outcome | None:
    """Which limit of the box an error comes from; None where it is an ordinary one."""
    if isinstance(error, BlockingIOError) or (
        isinstance(error, RuntimeError) and any(sign in _words(error).lower() for sign in _NO_MORE_PROCESSES)
    ):
        return Outcome.PROCESSES
    return _BREACHES.get(error.errno or 0) if isinstance(error, OSError) else None


def _describe(error: BaseException) -> str:
    """The error's type and words, and the genome's line it came from."""
    words = _words(error)
    text = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return text[: MAX_REASON - _MAX_PLACE] + _place(error)


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as inner:  # noqa: BLE001  (the genome's own exception class may raise anything)
        return f"(its message raised {type(inner).__name__})"


def _place(error: BaseException) -> str:
    """The innermost line of the genome that an error passed; a million deep recursion is walked, never listed."""
    frame: FrameType | None = None
    line = 0
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == GENOME_FILE:
            frame, line = step.tb_frame, step.tb_lineno
        step = step.tb_next
    if frame is None:
        return ""
    name = frame.f_code.co_qualname.rpartition("<locals>.")[2]
    where = f", in {name}" if name != "<module>" else ""
    code = linecache.getline(GENOME_FILE, line).strip()
    return f" (line {line}{where}{': ' if code else ''}{code[:120]})"[:_MAX_PLACE]
