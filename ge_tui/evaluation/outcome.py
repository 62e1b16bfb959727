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
    """The wall clock's limit."""
    CPU_TIME = "cpu-time"
    """More seconds of processor time than allowed, over all its processes."""
    OUT_OF_MEMORY = "out-of-memory"
    PROCESSES = "processes"
    """More processes and threads than allowed."""
    OPEN_FILES = "open-files"
    """More files open at once than allowed."""
    FILE_SIZE = "file-size"
    """One file larger than allowed."""
    DISK = "disk"
    """More in its folder, in bytes or in files, than allowed."""
    OUTPUT = "output"
    """Printed more than allowed."""
    FORBIDDEN = "forbidden"
    """Something the box refuses: the network, files outside, other processes."""
    FORGED = "forged"
    """A message, a number or a tool of measurement that is not what it should be."""
    CRASHED = "crashed"
    """The process ended without an answer, or training raised."""
    KILLED = "killed"
    """Ended from outside: a user's command, the system, or lost three times."""


STAGES: tuple[Outcome, ...] = (
    Outcome.OK,
    Outcome.DIVERGED,
    Outcome.TIMEOUT,
    Outcome.CPU_TIME,
    Outcome.OUT_OF_MEMORY,
    Outcome.PROCESSES,
    Outcome.OPEN_FILES,
    Outcome.FILE_SIZE,
    Outcome.DISK,
    Outcome.OUTPUT,
    Outcome.KILLED,
    Outcome.FORGED,
    Outcome.FORBIDDEN,
    Outcome.CRASHED,
    Outcome.SHAPE,
    Outcome.BUILD,
    Outcome.IMPORT,
    Outcome.SYNTAX,
)
"""From best to worst: how far a genome came before it failed."""
