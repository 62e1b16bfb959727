"""What the engine lays out for the box's test: listeners, a secret, a folder to write to, itself as a process.

They lie outside every box, so that reaching one is reaching outside.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

from ge_tui.evaluation.box.environment import real_homes
from ge_tui.evaluation.model import Value

_SHORT = "/tmp"
"""A Unix socket's path must be short, which a temporary folder's need not be."""
SECRET = "nobody in the box may read this"


class LurePlan(Value):
    """Where the lures are."""

    folder: str
    """Holds `secret`, a file, and `socket`, a listener."""
    tcp: int
    udp: int
    """Ports at 127.0.0.1."""
    abstract: str
    homes: tuple[tuple[str, int, int], ...]
    """Real home folders with device and inode, to tell them from look-alikes."""
    engine: int
    """A process outside."""


class Lures:
    """Lures that lie out until closed."""

    def __init__(self) -> None:
        """Raises OSError."""
        with ExitStack() as stack:
            folder = Path(tempfile.mkdtemp(prefix="ge-tui-lure-", dir=_SHORT if os.access(_SHORT, os.W_OK) else None))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            (folder / "secret").write_text(SECRET)
            (folder / "secret").chmod(0o600)
            tcp = _listen(stack, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
            udp = _listen(stack, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
            _listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket"))
            abstract = f"ge-tui-lure-{folder.name}"
            with suppress(OSError):  # Linux alone has these
                _listen(stack, socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
            self.plan = LurePlan(
                folder=str(folder),
                tcp=tcp.getsockname()[1],
                udp=udp.getsockname()[1],
                abstract=abstract,
                homes=tuple(_identified(home) for home in real_homes() if os.path.isdir(home)),
                engine=os.getpid(),
            )
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Take them in again."""
        self._stack.close()


def _listen(stack: ExitStack, family: int, kind: int, address: object) -> socket.socket:
    made = stack.enter_context(socket.socket(family, kind))
    made.bind(address)  # type: ignore[arg-type]  # each family has its own form
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made


def _identified(folder: str) -> tuple[str, int, int]:
    found = os.stat(folder)
    return folder, found.st_dev, found.st_ino
