"""The soak's server in a process of its own, which can be killed and comes back at the same address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


class MoodyServer:
    """A context manager: it runs inside."""

    def __init__(self, seed: int, part: float = 0.3, fatal: float = 0.0) -> None:
        self._words = [str(seed), str(part), str(fatal)]
        self._process: subprocess.Popen[str] | None = None
        self._port = "0"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_there(self) -> bool:
        return self._process is not None

    def begin(self) -> None:
        """Begin, or come back."""
        if self._process is not None:
            return
        command = [sys.executable, "-m", "tests.soak.moody_server", *self._words, self._port]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._port = self._process.stdout.readline().strip() or self._port

    def kill(self) -> None:
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
