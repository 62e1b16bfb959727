"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Errors a user can mend end in one message, never a traceback.

    Everything else is imported inside, so that Ctrl-C in the first moment ends in a word too.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        try:
            return _command(arguments)
        except SystemExit:  # argparse: what it printed is to be seen, or to fail, before the interpreter ends
            sys.stdout.flush()
            raise
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:  # `ge-tui show ... | head`
        from ge_tui.cli.output import silence  # noqa: PLC0415

        silence(sys.stdout)
        return 0
    except Exception as error:  # noqa: BLE001  (whatever it is ends in words, or is raised again)
        if "KeyboardInterrupt" in str(error):  # pydantic's core, building a model, turns it into a text
            return _interrupted()
        from ge_tui.cli.failing import failed  # noqa: PLC0415

        return failed(error, arguments)


def _command(arguments: Sequence[str]) -> int:
    _open_streams()
    if arguments == ["--version"]:  # at once, for scripts: the parser takes a while to load
        from ge_tui import __version__  # noqa: PLC0415

        print(f"ge-tui {__version__}", flush=True)
        return 0
    from ge_tui.cli.parser import make_parser  # noqa: PLC0415

    parser = make_parser()
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may follow
        from ge_tui.cli.completion import complete  # noqa: PLC0415

        complete(parser)
    options = parser.parse_args(arguments)
    if options.debug:
        from ge_tui.crash import DEBUG  # noqa: PLC0415

        os.environ[DEBUG] = "1"
    if not hasattr(options, "command"):
        from ge_tui.cli.app import app  # noqa: PLC0415

        return app(options)
    code = int(options.command(options))
    sys.stdout.flush()
    return code


def _open_streams() -> None:
    """What was closed (`2>&-`) goes nowhere: no file opened later may take its number. And any text can be printed."""
    import io  # noqa: PLC0415

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a genome may hold what the terminal's encoding does not
            stream.reconfigure(errors="backslashreplace")


def _interrupted() -> int:
    print("ge-tui: interrupted", file=sys.stderr)
    return 130
