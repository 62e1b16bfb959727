"""What a hostile genome is made of: an attack put into the small good network, and what must become of it.

Every attack is bounded and aims at things that the test laid out, so that one that succeeds does no harm. One that
succeeds says ESCAPED; one that is stopped raises, or is ended. In the text of an attack these words stand for what
was laid out: @FOLDER@ (a folder with a file `secret`), @HOME@ (a home folder), @CACHE@ (the data set), @VICTIM@ and
@ENGINE@ (processes), @TCP@ and @UDP@ (ports), @ABSTRACT@ (a socket's name).
"""

from __future__ import annotations

from dataclasses import dataclass

from executors.genomes import genome

from ge_tui.evaluation.outcome import Outcome

O = Outcome  # noqa: E741  (the tables below name little else)

HELPERS = """
import builtins, errno, fcntl, gc, glob, resource, site, stat, subprocess, urllib.request

libc = ctypes.CDLL(None, use_errno=True)

def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result

def syscall(x86, arm, *arguments):
    return call('syscall', ctypes.c_long(x86 if os.uname().machine == 'x86_64' else arm), *arguments)

def escaped(*what):
    print('ESCAPED', *what, flush=True)
"""


@dataclass(frozen=True)
class Hostile:
    """One attack."""

    source: str
    outcomes: frozenset[Outcome]
    """Any of these; OK where the attack comes to nothing without an error."""

    @property
    def wall_s(self) -> float:
        """Short for what only the clock ends; long for the rest, for the machine may be busy."""
        return 1.5 if O.TIMEOUT in self.outcomes else 20.0

    @property
    def cpu_s(self) -> float:
        """Short for what only this limit ends; out of the way of the others, whichever comes first on a slow day."""
        return 1.0 if O.CPU_TIME in self.outcomes else 60.0


def at_import(code: str, *outcomes: Outcome) -> Hostile:
    return Hostile(genome(top=HELPERS + code), frozenset(outcomes or {O.FORBIDDEN}))


def in_forward(code: str, *outcomes: Outcome, top: str = "") -> Hostile:
    """From the training's second step on."""
    inner = "\n".join("    " + line for line in code.splitlines())
    return Hostile(
        genome(top=HELPERS + top, forward=f"if self.calls > 1:\n{inner}"), frozenset(outcomes or {O.FORBIDDEN})
    )


def with_parts(*outcomes: Outcome, **parts: str) -> Hostile:
    return Hostile(genome(**{**parts, "top": HELPERS + parts.get("top", "")}), frozenset(outcomes))
