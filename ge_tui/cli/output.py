"""Printing for people and for programs."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from pygments import highlight
from pygments.formatters import Terminal256Formatter
from pygments.lexer import Lexer
from rich.console import Console
from rich.table import Table

from ge_tui.printable import printable
from ge_tui.run.store.values import to_json

__all__ = ["print_all_the_same", "print_code", "print_json", "print_table", "printable", "silence"]


def print_json(value: Any) -> None:
    print(to_json(value))


def print_table(table: Table) -> None:
    """A table as wide as its terminal; whole lines where the output is no terminal."""
    console = Console() if sys.stdout.isatty() else Console(width=200)
    with console.capture() as captured:
        console.print(table)
    print(captured.get(), end="")


def print_code(text: str, lexer: Lexer) -> None:
    """Source text or a diff, coloured on a terminal and to the letter elsewhere."""
    end = "" if text.endswith("\n") else "\n"
    if sys.stdout.isatty():
        print(highlight(printable(text), lexer, Terminal256Formatter(style="monokai")), end="")
    else:
        print(text, end=end)


def print_all_the_same(text: str, stream: TextIO | None = None) -> None:
    """Print to a stream that may be gone; work must not end because nobody reads of it any more."""
    stream = stream or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except OSError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Let what is still to be written to a closed pipe or terminal go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
