"""What can go wrong in a way the user can mend, and the exit codes scripts rely on."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every `ge-tui` command."""

    DONE = 0
    FAILED = 1
    """The thing asked about failed: rejected, not verified, differs."""
    USAGE = 2
    """Wrong words on the command line, or wrong settings."""
    NOT_READY = 3
    """The machine lacks something: no Ollama, no sandbox, no data."""
    RESUMABLE = 4
    """The run ended in an error; `--resume` goes on from the last commit."""
    INTERRUPTED = 130


class UserError(Exception):
    """An error with one message for the user: what is wrong, where, and what to do next."""

    exit_code = ExitCode.FAILED


class UsageError(UserError):
    """Settings or arguments that cannot be used as they are."""

    exit_code = ExitCode.USAGE


class NotReadyError(UserError):
    """The machine lacks something the command needs."""

    exit_code = ExitCode.NOT_READY


class RunError(UserError):
    """A run stopped in the middle; nothing that was finished is lost."""

    exit_code = ExitCode.RESUMABLE
