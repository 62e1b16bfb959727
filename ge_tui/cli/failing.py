"""How a command ends that failed: one message where a person can mend it, a report where the error is ours."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from ge_tui.cli.output import silence
from ge_tui.crash import note_for_people, wants_traceback, write_report
from ge_tui.errors import ExitCode, UserError

_MENDS = {
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there: your quota is used up",
    errno.EACCES: "allow it, or choose another place",
    errno.EPERM: "allow it, or choose another place",
    errno.EROFS: "choose a place that can be written",
    errno.ENOTDIR: "move away what lies in the folder's place",
    errno.EISDIR: "move away the folder that lies in the file's place",
    errno.ELOOP: "mend the links",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EIO: "look after that disk",
    errno.EMFILE: "raise the limit of open files: ulimit -n",
    errno.ENFILE: "close other programs: the system's limit of open files is reached",
}
"""What the machine or the user's folders can do to any command, and what to do about it."""


def failed(error: Exception, arguments: Sequence[str]) -> int:
    """Say what went wrong and what to do; the exit code. Raises the error itself where a traceback is wanted."""
    if isinstance(error, UserError):
        print(f"ge-tui: {error}", file=sys.stderr)
        return int(error.exit_code)
    if wants_traceback():
        raise error
    if isinstance(error, OSError) and error.errno in _MENDS:
        return _refused(error, _MENDS[error.errno], arguments)
    return _broken(error, arguments)


def _refused(error: OSError, mend: str, arguments: Sequence[str]) -> int:
    """The machine did not let a file be read or written."""
    if error.filename is None:  # most likely what was printed
        silence(sys.stdout)
    where = "what was to be written" if error.filename is None else os.fsdecode(error.filename)
    then = "; then go on with: ge-tui run --resume NAME" if _is_run(arguments) else ""
    print(f"ge-tui: {where}: {error.strerror}; {mend}{then}", file=sys.stderr)
    return ExitCode.RESUMABLE if _is_run(arguments) else ExitCode.NOT_READY


def _broken(error: Exception, arguments: Sequence[str]) -> int:
    """Say that the error is ours, and what to do. The last line is what the app shows of an engine."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    report = write_report(error, f"ge-tui {command}")
    if _is_run(arguments):
        what_next = "what is finished is kept; go on with `ge-tui run --resume NAME`, or S in the app"
    else:
        what_next = "runs are not touched by it"
    print(note_for_people(error, report, what_next), file=sys.stderr)
    return ExitCode.RESUMABLE if _is_run(arguments) else ExitCode.FAILED


def _is_run(arguments: Sequence[str]) -> bool:
    return next((word for word in arguments if not word.startswith("-")), "") == "run"
