"""Which layers of the box are in force on a machine, and what a test of it has shown."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from ge_tui.evaluation.model import Value


class Layer(StrEnum):
    """One mechanism that keeps a genome in; each is used where the system has it."""

    NAMESPACES = "namespaces"
    """Processes, network and a file system of its own."""
    BUBBLEWRAP = "bubblewrap"
    """The same by an installed program, where the kernel refuses it to us."""
    LANDLOCK = "landlock"
    """Only some files, and only to read."""
    SECCOMP = "seccomp"
    """No sockets, no tracing, no mounts."""
    IDENTITY = "identity"
    """No rights of root, and none to be won."""
    LIMITS = "limits"
    """On memory, processes, files and CPU seconds, by the kernel."""
    CGROUP = "cgroup"
    """A limit on the memory of all its processes together, by the kernel."""


class Need(StrEnum):
    """What the box must hold for a run to start."""

    NETWORK = "no network"
    OUTSIDE = "no write outside its folder"
    HOME = "no sight of your home"


class State(Value):
    """One layer on this machine."""

    layer: Layer
    in_force: bool
    detail: str = Field(max_length=500)
    """What it does, or why it is not there."""


class Proof(Value):
    """Something a genome might do, tried inside the box."""

    attempt: str = Field(max_length=200)
    stopped: bool
    detail: str = Field(max_length=500)
    need: Need | None = None


class BoxReport(Value):
    """The box of one machine."""

    layers: tuple[State, ...] = ()
    proofs: tuple[Proof, ...] = ()

    @property
    def names(self) -> list[str]:
        """The layers in force."""
        return [str(state.layer) for state in self.layers if state.in_force]

    @property
    def missing(self) -> list[Need]:
        """What a run needs and the test did not show."""
        return [need for need in Need if not self._holds(need)]

    @property
    def safe(self) -> bool:
        """Whether genomes of unknown origin may run here."""
        return not self.missing

    def _holds(self, need: Need) -> bool:
        tried = [proof for proof in self.proofs if proof.need is need]
        return bool(tried) and all(proof.stopped for proof in tried)

    def complaint(self) -> str:
        """What is missing and why, for a user whose run cannot start."""
        open_ = "; ".join(
            f"{proof.attempt}: {proof.detail}"
            for proof in self.proofs
            if proof.need in self.missing and not proof.stopped
        )
        absent = "; ".join(f"{state.layer}: {state.detail}" for state in self.layers if not state.in_force)
        return (
            f"this machine's box does not give: {', '.join(self.missing)}"
            + (f" ({open_})" if open_ else "")
            + (f". Layers that are not there: {absent}" if absent else "")
        )
