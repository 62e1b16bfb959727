"""Printing for people and for programs."""

from __future__ import annotations

import json
import sys
from typing import Any

from pygments import highlight
from pygments.formatters import Terminal256Formatter
from pygments.lexer import Lexer
from rich.console import Console
from rich.table import Table


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=None, default=str))


def print_table(table: Table) -> None:
    """A table as wide as its terminal; whole lines where the output is no terminal."""
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(table)


def print_code(text: str, lexer: Lexer) -> None:
    """Source text or a diff, coloured on a terminal and to the letter elsewhere."""
    end = "" if text.endswith("\n") else "\n"
    if sys.stdout.isatty():
        print(highlight(text, lexer, Terminal256Formatter(style="monokai")), end="")
    else:
        print(text, end=end)
