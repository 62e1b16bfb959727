"""The command line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from ge_tui import __version__
from ge_tui.crash import DEBUG, note_for_people, wants_traceback, write_report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors a user can mend end in one message, never a traceback."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments == ["--version"]:  # at once, for scripts: the parser takes a while to load
        print(f"ge-tui {__version__}")
        return 0
    from ge_tui.cli.parser import make_parser  # noqa: PLC0415  (a broken installation should still get here)
    from ge_tui.errors import ExitCode, UserError  # noqa: PLC0415

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a genome may hold what the terminal's encoding does not
            stream.reconfigure(errors="backslashreplace")
    parser = make_parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may follow
        from ge_tui.cli.completion import complete  # noqa: PLC0415

        complete(parser)
    try:
        options = parser.parse_args(arguments)
        if options.debug:
            os.environ[DEBUG] = "1"
        if not hasattr(options, "command"):
            from ge_tui.cli.app import app  # noqa: PLC0415

            return app(options)
        code = int(options.command(options))
        sys.stdout.flush()
    except UserError as error:
        print(f"ge-tui: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("ge-tui: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # `ge-tui show ... | head`
        from ge_tui.cli.output import silence  # noqa: PLC0415

        silence(sys.stdout)
        return ExitCode.DONE
    except Exception as error:
        if wants_traceback():
            raise
        return _broken(error, arguments)
    return code


def _broken(error: Exception, arguments: Sequence[str]) -> int:
    """Say that the error is ours, and what to do. The last line is what the app shows of an engine."""
    from ge_tui.errors import ExitCode  # noqa: PLC0415

    command = next((word for word in arguments if not word.startswith("-")), "")
    report = write_report(error, f"ge-tui {command}")
    if command == "run":
        what_next = "what is finished is kept; go on with `ge-tui run --resume NAME`, or S in the app"
    else:
        what_next = "runs are not touched by it"
    print(note_for_people(error, report, what_next), file=sys.stderr)
    return ExitCode.RESUMABLE if command == "run" else ExitCode.FAILED
