"""Reading what a command is given, and writing what it was asked to write: whole files or none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from ge_tui.errors import UsageError, UserError
from ge_tui.files import write_whole

STANDARD_INPUT = "-"


def read_text(file: Path) -> str:
    """A file's text; `-` is standard input. Raises UsageError."""
    try:
        data = sys.stdin.buffer.read() if str(file) == STANDARD_INPUT else file.expanduser().read_bytes()
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def write_all(files: Mapping[str, bytes], *, quiet: bool = False) -> None:
    """Write files and say so unless `quiet`. Raises UserError; a file is whole, or as it was before."""
    for name, content in files.items():
        write_one(Path(name), content)
        if not quiet:
            print(f"{name}  {len(content):,} bytes")


def write_one(file: Path, content: bytes) -> None:
    """Write one file. Raises UserError; it is whole, or as it was before."""
    try:
        write_whole(file, content)
    except OSError as error:
        is_in_the_way = isinstance(error, NotADirectoryError | FileExistsError)
        what_next = "move away what lies in the folder's place" if is_in_the_way else "choose another place"
        raise UserError(f"{file} cannot be written: {error.strerror or error}; {what_next}") from None
