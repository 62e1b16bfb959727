"""How an evaluation ended."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The typed outcome of a check or a training; every failure has exactly one."""

    OK = "ok"
    SYNTAX = "syntax"
    """The text is not Python."""
    IMPORT = "import"
    """The module's body raised, or does not define what the task asks for."""
    BUILD = "build"
    """The network or its optimiser could not be constructed."""
    SHAPE = "shape"
    """The forward pass raised or answered with the wrong shape or type."""
    DIVERGED = "diverged"
    """A loss, an output or a gradient stopped being a finite number."""
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"
    """The process ended without an answer, or training raised."""
    KILLED = "killed"
    """Ended from outside: too much output, a user's command, or lost three times."""
    PRUNED = "pruned"
    """Ended early, for its curve could not reach the front any more. No fault of the genome's, and no failure."""


STAGES: tuple[Outcome, ...] = (
    Outcome.OK,
    Outcome.DIVERGED,
    Outcome.TIMEOUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.KILLED,
    Outcome.CRASHED,
    Outcome.SHAPE,
    Outcome.BUILD,
    Outcome.IMPORT,
    Outcome.SYNTAX,
)
"""From best to worst: how far a genome came before it failed."""
