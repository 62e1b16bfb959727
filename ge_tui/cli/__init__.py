"""The command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors a user can mend end in one message, never a traceback."""
    from ge_tui.cli.parser import make_parser  # noqa: PLC0415  (a broken installation should still get here)
    from ge_tui.errors import ExitCode, UserError  # noqa: PLC0415

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a genome may hold what the terminal's encoding does not
            stream.reconfigure(errors="backslashreplace")
    parser = make_parser()
    try:
        options = parser.parse_args(arguments)
        if not hasattr(options, "command"):
            parser.print_help()
            return ExitCode.DONE
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
