"""The command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors a user can mend end in one message, never a traceback."""
    from ge_tui.cli.parser import make_parser  # noqa: PLC0415  (a broken installation should still get here)
    from ge_tui.errors import ExitCode, UserError  # noqa: PLC0415

    parser = make_parser()
    options = parser.parse_args(arguments)
    if not hasattr(options, "command"):
        parser.print_help()
        return ExitCode.DONE
    try:
        return int(options.command(options))
    except UserError as error:
        print(f"ge-tui: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("ge-tui: interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # `ge-tui show ... | head`
        sys.stderr.close()
        return ExitCode.DONE
