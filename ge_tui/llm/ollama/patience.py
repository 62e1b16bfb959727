"""How long each part of a call may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits in seconds; no call is without one. Tests make them short."""

    connect_s: float = 5.0
    first_word_s: float = 600.0
    """From sending to the first word: a queue of calls, loading the model, reading the prompt.

    Long, for giving up throws the load away and the next call starts it again.
    """
    stall_s: float = 120.0
    """Between two words."""
    deadline_s: float = 1800.0
    """Of one try as a whole, however steadily the words come."""
    question_s: float = 20.0
    """Of the short questions: version, models, what is in memory."""
    unload_s: float = 180.0
    """Until a model has left the memory; a call under way is finished first."""
    pull_s: float = 12 * 3600.0
    """Of a download as a whole."""
    pull_stall_s: float = 120.0
    """Between two reports of a download."""
    tries: int = 2
    """Of a call that fails in a way that is likely gone the next time."""
    backoff_s: float = 2.0
    """Before the second try; twice as long before each further one."""
    poll_s: float = 1.0
    """Between two looks for a server that is away; slowly grows to fifteen times this."""
