"""The user's editor on a copy of a text."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ge_tui.errors import UserError
from ge_tui.genome import normalise_newlines

WAITING = {"code": "--wait", "codium": "--wait", "subl": "--wait", "zed": "--wait", "gvim": "--nofork"}
"""Editors with windows of their own, which would return at once."""
_USUAL = ("nano", "vim", "vi")


def editor(environ: Mapping[str, str]) -> list[str] | None:
    """The command that edits a file: $VISUAL, $EDITOR, or one that is there; None where there is none."""
    path = environ.get("PATH")
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(name, ""))
        except ValueError:  # a quote that is not closed
            continue
        if command and shutil.which(command[0], path=path):
            program = Path(command[0]).name
            return command + ([WAITING[program]] if program in WAITING else [])
    return next(([name] for name in _USUAL if shutil.which(name, path=path)), None)


def edit_text(command: list[str], text: str, name: str) -> str:
    """What the user made of a text. Raises UserError where the editor cannot be used, or failed."""
    with tempfile.TemporaryDirectory(prefix="ge-tui-") as folder:
        file = Path(folder) / re.sub(r"[^\w.-]", "_", name)
        file.write_text(text, encoding="utf-8", newline="")
        try:
            status = subprocess.run([*command, str(file)], check=False).returncode
        except OSError as error:
            raise UserError(f"{command[0]} could not be started: {error}") from None
        if status:
            raise UserError(f"{command[0]} ended with status {status}; nothing was taken from it")
        try:
            return normalise_newlines(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"what {command[0]} left cannot be read: {error}") from None
