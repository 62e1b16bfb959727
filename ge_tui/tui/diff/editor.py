"""Looking at a text in the user's editor: a copy that cannot be written, gone when the editor ends."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ge_tui.run.acts.editor import WAITING

_READ_ONLY = {"vim": "-R", "vi": "-R", "nvim": "-R", "gvim": "-R", "nano": "-v", "micro": "-readonly=true"}
_PAGER = "less"


def viewer(environ: Mapping[str, str]) -> list[str] | None:
    """The command that shows a file: the user's editor, or a pager; None where there is neither."""
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(name, ""))
        except ValueError:  # a quote that is not closed
            continue
        if command and shutil.which(command[0], path=environ.get("PATH")):
            program = Path(command[0]).name
            return command + [table[program] for table in (_READ_ONLY, WAITING) if program in table]
    return [_PAGER] if shutil.which(_PAGER, path=environ.get("PATH")) else None


@contextmanager
def read_only_copy(text: str, name: str) -> Iterator[Path]:
    """A file with the text that lives as long as the context. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="ge-tui-") as folder:
        file = Path(folder) / re.sub(r"[^\w.-]", "_", name)
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        file.chmod(0o400)
        yield file


def show(command: list[str], file: Path) -> int:
    """Run an editor in the terminal until it ends; its exit status. Raises OSError."""
    return subprocess.run([*command, str(file)], check=False).returncode
