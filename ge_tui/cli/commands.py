"""How a command is added to the parser: with its examples, and without importing what it needs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import TypeAlias

from ge_tui.cli.word_parser import WordParser

Command = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[WordParser]"


class RunParser(WordParser):
    """Its help ends in all settings, which take a while to import."""

    def format_help(self) -> str:
        from ge_tui.settings.describe import help_text  # noqa: PLC0415

        return f"{super().format_help()}\nsettings (--set KEY=VALUE, or in a TOML file):\n{help_text()}\n"


def add_command(
    commands: Commands,
    name: str,
    module: str,
    summary: str,
    *examples: str,
    kind: type[WordParser] = WordParser,
    more: str = "",
) -> argparse.ArgumentParser:
    """A command whose module is imported when it is called, so that `--help` answers at once."""

    def command(options: argparse.Namespace) -> int:
        function: Command = getattr(importlib.import_module(f"ge_tui.cli.{module}"), name)
        return function(options)

    shown = "".join(f"  ge-tui {name} {example}\n" for example in examples)
    commands._parser_class = kind
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(part for part in (more, f"for example:\n{shown}" if shown else "") if part) or None,
    )
    parser.set_defaults(command=command, words=parser)
    return parser
