"""The box as a whole: finding out which layers there are, and putting a process into them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from ge_tui.evaluation.box import identity, kernel, landlock, limits, namespaces, seccomp
from ge_tui.evaluation.box.cgroup import find_parent
from ge_tui.evaluation.box.limits import Allowance
from ge_tui.evaluation.box.report import Layer, State
from ge_tui.evaluation.box.sight import Sight, look
from ge_tui.evaluation.model import Value

_OWN_PROCESS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems",
                "/proc/loadavg", "/proc/uptime", "/proc/driver/nvidia",
                "/proc/driver/nvidia-uvm", "/proc/driver/nvidia-caps", "/proc/devices", "/proc/modules",
                "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/osrelease")  # fmt: skip
"""Of /proc, where it also holds the processes of others."""


class Opening(StrEnum):
    """Something that a GPU's driver asks for and a genome on the CPU does without."""

    THREAD_NAMES = "names of threads"
    """Writing to its own part of /proc: drivers name their threads there, and give up where they cannot."""
    MEMORY_FILES = "files in memory"
    """memfd_create, which drivers need to start."""


class BoxPlan(Value):
    """What the engine tells a fork server about the box of its children."""

    device: str = "cpu"
    homes: tuple[str, ...] = ()
    """Never shown."""
    readable: tuple[str, ...] = ()
    """Shown besides what the interpreter needs."""
    without: tuple[Layer, ...] = ()
    """Layers not to use."""
    bubblewrapped: bool = Field(False)
    """The fork server itself is in bubblewrap's box."""


@dataclass(frozen=True, slots=True)
class Box:
    """The box of one fork server's children."""

    sight: Sight
    device: str
    uid: int
    gid: int
    states: tuple[State, ...]
    openings: frozenset[Opening] = frozenset()
    """What is let through for the sake of a GPU's driver."""

    def uses(self, layer: Layer) -> bool:
        """Whether a layer is in force."""
        return any(state.layer is layer and state.in_force for state in self.states)

    @property
    def has_private_files(self) -> bool:
        """Whether the genome's file system is made for it, so that nothing it does to files can stay."""
        return self.uses(Layer.NAMESPACES)

    def enter(self, allowance: Allowance, keep: tuple[int, ...] = ()) -> None:
        """Put this process, just forked and single-threaded, into the box for good; `keep`: its descriptors.

        Returns in the process that is inside, which may be a descendant of the one that called. Raises OSError.
        """
        if self.uses(Layer.NAMESPACES):
            room = namespaces.Room(allowance.scratch_mb, allowance.scratch_files, self.uid, self.gid)
            namespaces.enter(self.sight, room, keep=keep)
        if self.uses(Layer.LIMITS):
            own_count = self.uses(Layer.NAMESPACES) or self.uid != os.getuid()
            limits.apply(allowance, device=self.device, own_count=own_count)
        if self.uses(Layer.IDENTITY):
            identity.shed(self.uid, self.gid)
        if self.uses(Layer.LANDLOCK) or self.uses(Layer.SECCOMP):
            identity.forbid_new_rights()
        if self.uses(Layer.LANDLOCK):
            landlock.restrict(self._rights())
        if self.uses(Layer.SECCOMP):
            files = Opening.MEMORY_FILES in self.openings
            seccomp.refuse_calls(private_files=self.has_private_files, memory_files=files)

    def _rights(self) -> list[tuple[str, int]]:
        private = self.has_private_files
        rights = [(path, landlock.READ) for path in self.sight.readable]
        rights += [(path, landlock.DEVICE) for path in self.sight.devices]
        rights += [(path, landlock.READ) for path in (("/proc",) if private else _OWN_PROCESS)]
        if Opening.THREAD_NAMES in self.openings:
            rights += [("/proc" if private else "/proc/self", landlock.REWRITE)]
        rights += [(self.sight.scratch, landlock.WRITE)]
        if private:
            rights += [("/dev/shm", landlock.WRITE), ("/etc", landlock.READ), ("/dev", landlock.READ)]
        return rights


def assemble(plan: BoxPlan, scratch: Path) -> Box:
    """The strongest box this machine allows: every layer is tried in a process of its own first."""
    sight = look(scratch, plan.device, plan.homes, plan.readable)
    uid, gid = identity.choose(os.getpid()) if kernel.known() else (os.getuid(), os.getgid())
    box = Box(sight, plan.device, uid, gid, ())
    states: list[State] = []
    for layer in Layer:
        state = _ask(layer, replace(box, states=tuple(states)), plan)
        states.append(state)
        if layer is Layer.IDENTITY and not state.in_force and layer not in plan.without:
            box = replace(box, uid=os.getuid(), gid=os.getgid())
            states[-1] = _without_another_user(state, replace(box, states=tuple(states)))
    return replace(box, states=tuple(states))


def namespaces_work() -> bool:
    """Whether a process here may make namespaces; to be asked in one without threads, in an empty folder."""
    uid, gid = identity.choose(os.getpid()) if kernel.known() else (os.getuid(), os.getgid())
    box = Box(look(Path.cwd(), "cpu", ()), "cpu", uid, gid, ())
    return kernel.known() and not _try(_try_namespaces, box)


def _ask(layer: Layer, so_far: Box, plan: BoxPlan) -> State:
    if layer in plan.without:
        return State(layer=layer, in_force=False, detail="left out on request")
    if layer is Layer.BUBBLEWRAP:
        words = "the workers run inside it" if plan.bubblewrapped else "not needed, or not installed"
        return State(layer=layer, in_force=plan.bubblewrapped, detail=words)
    if layer is Layer.LIMITS:
        return State(layer=layer, in_force=True, detail="on memory, processes, files and CPU seconds")
    if not kernel.known():
        return State(layer=layer, in_force=False, detail=f"{sys.platform} on {kernel.MACHINE} has no such thing")
    if layer is Layer.CGROUP:
        parent = find_parent()
        words = f"below {parent}" if parent else "no cgroup of version 2 is delegated to this user"
        return State(layer=layer, in_force=parent is not None, detail=words)
    problem = _try(_TRIALS[layer], so_far)
    return State(layer=layer, in_force=not problem, detail=problem or _words(layer, so_far))


def _without_another_user(refused: State, box: Box) -> State:
    """The rights can be shed even where another user's identity cannot be taken on."""
    problem = _try(_try_identity, box)
    if problem:
        return refused
    return State(layer=Layer.IDENTITY, in_force=True, detail=f"no capabilities, but still root: {refused.detail}"[:500])


def _words(layer: Layer, box: Box) -> str:
    match layer:
        case Layer.NAMESPACES:
            return "own processes, network, users and file system"
        case Layer.LANDLOCK:
            return f"files read-only but for its folder (ABI {landlock.version()})"
        case Layer.SECCOMP:
            return f"{len(seccomp.REFUSED)} system calls refused"
        case _:
            return f"user {box.uid} without capabilities" if os.geteuid() == 0 else "no capabilities, none to be won"


def _try_namespaces(box: Box) -> None:
    namespaces.enter(box.sight, namespaces.Room(1, 100, box.uid, box.gid), keep=())


def _try_landlock(box: Box) -> None:
    if landlock.version() == 0:
        raise OSError("the kernel has no Landlock, or it is switched off")
    identity.forbid_new_rights()
    landlock.restrict(box._rights())


def _try_seccomp(box: Box) -> None:
    identity.forbid_new_rights()
    seccomp.refuse_calls(private_files=box.has_private_files)


def _try_identity(box: Box) -> None:
    """As another user the interpreter and the folder must still be within reach."""
    if box.uses(Layer.NAMESPACES):
        namespaces.enter(box.sight, namespaces.Room(1, 100, box.uid, box.gid), keep=())
    else:
        os.chown(box.sight.scratch, box.uid, box.gid)
    identity.shed(box.uid, box.gid)
    for path in (sys.executable, os.__file__, box.sight.scratch):
        if not os.access(path, os.R_OK):
            raise OSError(f"{path} is out of reach for any user but root")


_TRIALS: dict[Layer, Callable[[Box], None]] = {
    Layer.NAMESPACES: _try_namespaces,
    Layer.LANDLOCK: _try_landlock,
    Layer.SECCOMP: _try_seccomp,
    Layer.IDENTITY: _try_identity,
}


def _try(trial: Callable[[Box], None], box: Box) -> str:
    """Try something in a forked process; an empty text where it went well, else what went wrong."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(read)
            trial(box)
            os.write(write, b"+")
        except BaseException as error:  # noqa: BLE001  (this process must end here, whatever happens)
            os.write(write, f"-{kernel.why(error)}".encode()[:400])
        finally:
            os._exit(0)
    os.close(write)
    said = b""
    with os.fdopen(read, "rb") as pipe, suppress(OSError):
        said = pipe.read(500)
    os.waitpid(pid, 0)
    return "" if said.startswith(b"+") else said[1:].decode(errors="replace") or "it ended without a word"
