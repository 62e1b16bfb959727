"""The engine's side of the box: testing this machine's, and bubblewrap where that is the only way."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ge_tui.evaluation.box import kernel
from ge_tui.evaluation.box.assemble import BoxPlan
from ge_tui.evaluation.box.environment import real_homes, scrubbed
from ge_tui.evaluation.box.lures import Lures
from ge_tui.evaluation.box.report import BoxReport, Layer
from ge_tui.evaluation.box.sight import look
from ge_tui.evaluation.model import Value

_TEST_S = 120


def examine_here(without: Sequence[Layer] = ()) -> BoxReport:
    """Which layers hold on this machine, tested thoroughly. Raises OSError, ValueError, SubprocessError."""
    with closing(Lures()) as lures:
        said = _ask("ge_tui.evaluation.box", BoxPlan(homes=tuple(real_homes()), without=tuple(without)), lures.plan)
    return BoxReport.model_validate_json(said)


class GpuReport(Value):
    """Whether a GPU works in the box."""

    openings: tuple[str, ...]
    """What is let through for its driver's sake."""
    problem: str


def examine_gpu_here() -> GpuReport:
    """A computation on the GPU in this machine's box. Raises OSError, ValueError, SubprocessError."""
    plan = BoxPlan(device="cuda", homes=tuple(real_homes()))
    return GpuReport.model_validate_json(_ask("ge_tui.evaluation.worker.gpu_trial", plan))


def _ask(module: str, plan: BoxPlan, *more: Value) -> str:
    """What a program of ours says of a box in a folder of its own. Raises OSError, SubprocessError."""
    with tempfile.TemporaryDirectory(prefix="ge-tui-") as name:
        folder = Path(name)
        plan, command = wrapped(find_wrapper(plan), plan, folder, [sys.executable, "-P", "-m", module, str(folder)])
        done = subprocess.run(
            [*command, *(given.model_dump_json() for given in (plan, *more))],
            capture_output=True,
            text=True,
            timeout=_TEST_S,
            check=False,
            cwd=folder,
            env=scrubbed(folder, {}),
        )
    if done.returncode != 0:
        raise OSError((done.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    return done.stdout


def find_wrapper(plan: BoxPlan) -> str | None:
    """The bubblewrap to start workers in, where it is there, wanted, and the only way to namespaces."""
    program = shutil.which("bwrap")
    if program is None or not kernel.known() or Layer.BUBBLEWRAP in plan.without or _have_namespaces(plan.without):
        return None
    return program


def wrapped(program: str | None, plan: BoxPlan, scratch: Path, command: list[str]) -> tuple[BoxPlan, list[str]]:
    """A worker's command inside bubblewrap, where that works."""
    if program is None:
        return plan, command
    wrapping = _arguments(program, plan, scratch)
    if not _works(wrapping):
        return plan, command
    return plan.model_copy(update={"bubblewrapped": True}), [*wrapping, *command]


def _have_namespaces(without: Sequence[Layer]) -> bool:
    return Layer.NAMESPACES not in without and _namespaces_work()


@functools.cache
def _namespaces_work() -> bool:
    """Asked once, in a process without threads: the kernel gives namespaces to no other."""
    script = "import sys; from ge_tui.evaluation.box.assemble import namespaces_work; sys.exit(not namespaces_work())"
    command = [sys.executable, "-P", "-c", script]
    with tempfile.TemporaryDirectory(prefix="ge-tui-") as folder:
        return subprocess.run(command, capture_output=True, check=False, cwd=folder).returncode == 0


def _works(wrapping: list[str]) -> bool:
    return subprocess.run([*wrapping, sys.executable, "-c", ""], capture_output=True, check=False).returncode == 0


def _arguments(program: str, plan: BoxPlan, scratch: Path) -> list[str]:
    sight = look(scratch, plan.device, plan.homes, plan.readable)
    arguments = [program, "--unshare-all", "--hostname", "box", "--proc", "/proc", "--dev", "/dev"]
    for path in sight.readable:
        arguments += ["--ro-bind", path, path]
    for path, target in sight.links:
        arguments += ["--symlink", target, path]
    for device in sight.devices:
        arguments += ["--dev-bind", device, device]
    return [*arguments, "--bind", sight.scratch, sight.scratch, "--chdir", sight.scratch]
