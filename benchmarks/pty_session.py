"""A program in a pseudo-terminal: keys go in, what is on its screen and when it came comes out.

What a terminal does with the bytes is worked out afterwards, by pyte, so that it is in no measured time.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import psutil
import pyte

KEYS = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "tab": "\t", "shift+tab": "\x1b[Z", "enter": "\r", "escape": "\x1b",
    "space": " ", "backspace": "\x7f", "ctrl+c": "\x03", "ctrl+p": "\x10", "f1": "\x1bOP",
}  # fmt: skip
_UNKNOWN_TO_PYTE = re.compile(r"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[\?u|\x1bP.*?\x1b\\")
"""Keyboard protocols and queries, which it would print."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes that came in one go."""

    at: float
    """On the monotonic clock."""
    data: bytes


class PtySession:
    """A running program. A context manager: at its end nothing is left running."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        self._size = size
        self._master, slave = pty.openpty()
        self._set_size(size)
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        for name in ("TMUX", "NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=cwd, start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509  (our one thread begins later)
        )  # fmt: skip
        os.close(slave)
        self.chunks: list[Chunk] = []
        self._screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._fed = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> PtySession:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    # -- what goes in ------------------------------------------------------------------------------------

    def press(self, *keys: str) -> float:
        """Send keys by name, or as they are; when they were sent."""
        now = time.monotonic()
        os.write(self._master, "".join(KEYS.get(key, key) for key in keys).encode())
        return now

    def resize(self, size: tuple[int, int]) -> None:
        self._render()
        self._set_size(size)
        self._screen.resize(size[1], size[0])
        self._size = size

    def flicker(self, size: tuple[int, int]) -> None:
        """A size that came and went before the child looked: it is told, and finds the size as it was."""
        self._render()
        self._screen.resize(size[1], size[0])
        self._screen.resize(self._size[1], self._size[0])
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped line does."""
        if self._master >= 0:
            master, self._master = self._master, -1
            os.close(master)

    # -- what comes out ----------------------------------------------------------------------------------

    @property
    def bytes(self) -> int:
        """How many came so far."""
        return sum(len(chunk.data) for chunk in list(self.chunks))

    @property
    def raw(self) -> bytes:
        return b"".join(chunk.data for chunk in list(self.chunks))

    def lines(self) -> list[str]:
        """The screen as it stands."""
        self._render()
        return list(self._screen.display)

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    def wait_for(self, text: str, timeout_s: float = 20.0) -> float:
        """Wait until a text is on the screen; when it came. Raises TimeoutError with the screen."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if text in self.text:
                return self.chunks[-1].at
            if self.process.poll() is not None and text not in self.text:
                raise TimeoutError(f"it ended ({self.process.returncode}) without '{text}':\n{self.text}")
            time.sleep(0.02)
        raise TimeoutError(f"no '{text}' within {timeout_s} s:\n{self.text}")

    def wait_until_quiet(self, quiet_s: float = 0.3, timeout_s: float = 20.0) -> float:
        """Wait until nothing has come for a while; when the last of it came."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            last = self.chunks[-1].at if self.chunks else self.began
            if time.monotonic() - last >= quiet_s and self.chunks:
                return last
            time.sleep(0.01)
        raise TimeoutError(f"it was not quiet for {quiet_s} s within {timeout_s} s")

    def since(self, at: float, until: float | None = None) -> list[Chunk]:
        return [chunk for chunk in list(self.chunks) if chunk.at >= at and (until is None or chunk.at < until)]

    def changed_at(self, since: float, area: tuple[int, int, int, int]) -> float | None:
        """When a cell of an area (x, y, width, height) first looked different after a moment; None: it did not."""
        self._render(until=since)
        before = self._cells(area)
        while self._fed < len(self.chunks):
            chunk = self.chunks[self._fed]
            self._feed(chunk)
            if self._cells(area) != before:
                return chunk.at
        return None

    def memory_mb(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)

    def cpu_s(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    # -- inside ------------------------------------------------------------------------------------------

    def _cells(self, area: tuple[int, int, int, int]) -> list[object]:
        x, y, width, height = area
        return [self._screen.buffer[row][column] for row in range(y, y + height) for column in range(x, x + width)]

    def _render(self, until: float | None = None) -> None:
        while self._fed < len(self.chunks) and (until is None or self.chunks[self._fed].at < until):
            self._feed(self.chunks[self._fed])

    def _feed(self, chunk: Chunk) -> None:
        self._stream.feed(_UNKNOWN_TO_PYTE.sub("", self._decoder.decode(chunk.data)))
        self._fed += 1

    def _read(self) -> None:
        while True:
            master = self._master
            if master < 0:
                return
            try:
                if select.select([master], [], [], 0.1)[0]:
                    data = os.read(master, 1 << 16)
                    self.chunks.append(Chunk(time.monotonic(), data))
                    if not data:
                        return
            except (OSError, ValueError):
                return

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))


def _take_terminal() -> None:
    """In the child: make the terminal its own, so that it hears of its size and of its end."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
