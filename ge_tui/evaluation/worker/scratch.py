"""The folder a worker works in: empty for every job, and gone with the worker."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PREFIX = "ge-tui-"


class Scratch:
    """A scratch folder made by the engine for one fork server, which keeps it even if the engine is killed."""

    def __init__(self, folder: Path) -> None:
        """Raises ValueError for a folder that is not this process's own scratch."""
        if not folder.name.startswith(PREFIX) or folder.is_symlink() or not folder.samefile(Path.cwd()):
            raise ValueError(f"{folder} is no scratch folder of a worker")
        self.folder = folder

    def renew(self) -> None:
        """Empty it, whatever a genome made of it, and work in it."""
        self.remove()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        os.chdir(self.folder)

    def remove(self) -> None:
        """Never follows a link that a genome may have left in its place."""
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.folder.unlink(missing_ok=True)
