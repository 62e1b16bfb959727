"""The command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from ge_tui import __version__


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
    try:
        options = parser.parse_args(arguments)
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
    return code
