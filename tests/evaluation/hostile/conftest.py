"""What is laid out for the hostile genomes to reach, and the pools that run them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from executors.conftest import data, scratch, settings  # noqa: F401  (fixtures)

from ge_tui.evaluation.box.limits import Quota
from ge_tui.evaluation.box.report import Layer
from ge_tui.evaluation.data import DataSet
from ge_tui.evaluation.executors import ExecutorError, LocalExecutor

SECRET = "hf_secret: nobody in the box may read this"
QUOTA = Quota(processes=24, open_files=128, scratch_mb=8, scratch_files=400, file_mb=4)


@dataclass(frozen=True)
class Outside:
    """Everything out there that must be as it was."""

    folder: Path
    home: Path
    cache: Path
    victim: subprocess.Popen[bytes]
    listeners: dict[str, socket.socket]
    places: dict[str, str]

    def state(self) -> object:
        """What an attack could change; equal before and after."""
        watched = [self.folder, self.folder.parent, self.home, self.home / ".ssh", Path("/dev/shm")]
        listings = [sorted(os.listdir(folder)) for folder in watched]
        stats = [(s.st_mode, s.st_uid, s.st_size, s.st_mtime_ns) for s in map(os.stat, self._files())]
        packages = Path(os.path.dirname(os.__file__))
        drops = [(packages / name).exists() for name in ("sitecustomize.py", "site-packages/zz_hostile.pth")]
        return listings, stats, [file.read_bytes() for file in self._files()], drops, self.victim.poll()

    def _files(self) -> list[Path]:
        return [self.folder / "secret", self.home / ".ssh" / "id_ed25519", self.home / ".bashrc"]

    def callers(self) -> list[str]:
        """The listeners that somebody has reached."""
        reached = []
        for name, listener in self.listeners.items():
            try:
                if name == "udp":
                    listener.recv(100)
                else:
                    listener.accept()[0].close()
                reached.append(name)
            except BlockingIOError:
                continue
        return reached


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, data: DataSet) -> Iterator[Outside]:  # noqa: F811
    folder, home = tmp_path_factory.mktemp("outside"), tmp_path_factory.mktemp("home")
    (folder / "secret").write_text(SECRET)
    (home / ".ssh").mkdir()
    for file in (home / ".ssh" / "id_ed25519", home / ".bash_history", home / ".bashrc"):
        file.write_text(SECRET)
    abstract = f"ge-tui-hostile-{os.getpid()}"
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in (("HOME", str(home)), ("HF_TOKEN", "hf_secret"), ("SSH_AUTH_SOCK", str(folder / "socket"))):
            patch.setenv(name, value)
        victim = stack.enter_context(subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(10000)"]))
        stack.callback(victim.kill)
        listeners = {
            "tcp": socket.create_server(("127.0.0.1", 0)),
            "udp": socket.socket(type=socket.SOCK_DGRAM),
            "unix": socket.socket(socket.AF_UNIX),
            "abstract": socket.socket(socket.AF_UNIX),
        }
        listeners["udp"].bind(("127.0.0.1", 0))
        listeners["unix"].bind(os.path.relpath(folder / "socket"))
        listeners["abstract"].bind(f"\0{abstract}")
        for name, listener in listeners.items():
            stack.enter_context(listener)
            listener.setblocking(False)
            if name in ("unix", "abstract"):
                listener.listen()
        places = {
            "@FOLDER@": str(folder), "@HOME@": str(home), "@CACHE@": str(data.folder), "@VICTIM@": str(victim.pid),
            "@ENGINE@": str(os.getpid()), "@TCP@": str(listeners["tcp"].getsockname()[1]),
            "@UDP@": str(listeners["udp"].getsockname()[1]), "@ABSTRACT@": abstract,
        }  # fmt: skip
        yield Outside(folder, home, data.folder, victim, listeners, places)


BOXES = {
    "every layer": (),
    "without namespaces": (Layer.NAMESPACES, Layer.BUBBLEWRAP),
    "in bubblewrap": (Layer.NAMESPACES,),
    "without Landlock": (Layer.LANDLOCK,),
}


@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[pytest.param(name, marks=[pytest.mark.slow] if left_out else []) for name, left_out in BOXES.items()],
)
async def pool(request: pytest.FixtureRequest, outside: Outside, scratch: Path) -> AsyncIterator[LocalExecutor]:  # noqa: F811
    """The executor under attack, with small quotas, in a box of all layers and in weaker ones."""
    made = LocalExecutor(
        replace(settings(memory_mb=256), quota=QUOTA, max_output=1 << 18, without=BOXES[request.param])
    )
    try:
        machine = await made.start()
    except ExecutorError as error:
        await made.close()
        pytest.skip(f"this machine has no such box: {error}")
    missing = {Layer.NAMESPACES, Layer.LANDLOCK, Layer.SECCOMP} - {
        *BOXES[request.param],
        *map(Layer, machine.box.names),
    }
    if missing:
        await made.close()
        pytest.skip(f"this machine has no {', '.join(missing)}")
    yield made
    await made.close()
