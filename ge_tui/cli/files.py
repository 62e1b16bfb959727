"""Writing what a command was asked to write: whole files or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ge_tui.errors import UserError


def write_all(files: Mapping[str, bytes], *, quiet: bool = False) -> None:
    """Write files and say so unless `quiet`. Raises UserError; a file is whole, or as it was before."""
    for name, content in files.items():
        write_whole(Path(name), content)
        if not quiet:
            print(f"{name}  {len(content):,} bytes")


def write_whole(file: Path, content: bytes) -> None:
    """Write one file; what was there goes only when the new one is whole. Raises UserError."""
    beside = None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name[:100]}-", delete=False) as draft:
            beside = draft.name
            draft.write(content)
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, file)
        beside = None
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror or error}") from None
    finally:
        if beside is not None:
            with suppress(OSError):
                os.unlink(beside)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
