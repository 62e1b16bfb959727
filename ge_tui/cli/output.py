"""Printing for people and for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Sequence
from typing import Any, TextIO

from pygments import highlight
from pygments.formatters import Terminal256Formatter
from pygments.lexer import Lexer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ge_tui.printable import printable
from ge_tui.run.store.values import to_json


def print_json(value: Any) -> None:
    """One JSON value, on one line."""
    print(to_json(value))


def table_of(
    names: Sequence[str], rows: Iterable[Sequence[str]], right: Container[str] = (), *, title: str = "", note: str = ""
) -> Table:
    """A table of texts that others may have written: nothing in them is markup. No cells: a line between two rows."""
    table = Table(box=box.SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", title_style="bold",
                  caption=Text(note) if note else None, caption_justify="left")  # fmt: skip
    for name in names:
        table.add_column(Text(name), justify="right" if name in right else "left")
    for row in rows:
        if row:
            table.add_row(*(Text(printable(cell)) for cell in row))
        else:
            table.add_section()
    return table


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
