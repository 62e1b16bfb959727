"""What this machine has and lacks, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import locale
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import ollama
import psutil

from ge_tui import paths
from ge_tui.errors import UserError
from ge_tui.evaluation.box.launch import GpuReport, examine_gpu_here, examine_here
from ge_tui.evaluation.box.report import BoxReport, Layer
from ge_tui.evaluation.data import catalogue
from ge_tui.evaluation.gpu_advice import is_busy, why_no_gpu
from ge_tui.run.directory import refuse_network_file_system

_PROBE_S = 120
_OLLAMA_S = 3.0
_LOW_DISK = 2 << 30
_NO_BOX = "runs refuse to start; --i-trust-this-code starts them all the same, for code you would run yourself"
_GPU_BUSY = "other programs hold its memory: nvidia-smi shows them; end one, or train with evaluation.device=cpu"
_NO_GPU_IN_THE_BOX = (
    "train with evaluation.device=cpu; where a layer is named, evaluation.box.without leaves it out, and the box is "
    "weaker by that"
)
_ABSENT = {
    Layer.NAMESPACES: "Landlock and seccomp do its work; where the kernel only asks for it, install bubblewrap",
    Layer.BUBBLEWRAP: "it is used where the kernel refuses namespaces to everyone else",
    Layer.LANDLOCK: "the namespaces hide files alone; it needs Linux 5.13",
    Layer.SECCOMP: "the namespaces alone keep out the network",
    Layer.IDENTITY: "run as an ordinary user",
    Layer.LIMITS: "the fork server's watch remains",
    Layer.CGROUP: "memory is watched instead; systemd-run --user --scope -p Delegate=yes gives one",
}


class Grade(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    """Something is missing that a run can do without."""
    MISSING = "missing"
    """No run works without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    grade: Grade
    detail: str
    advice: str = ""
    """What to do; empty where all is well."""


def examine(runs: Path) -> list[Finding]:
    """Look at everything a run needs. Asks the local Ollama server, and nothing else over a network."""
    torch = _probe_torch()
    return [
        _python(),
        *_torch_findings(torch),
        *asyncio.run(_ollama()),
        _memory(),
        *[_disk(name, folder) for name, folder in (("runs", runs), ("cache", paths.cache()))],
        _data(),
        *_box_findings(_examine_box()),
        *_gpu_in_the_box(torch),
        _terminal(),
    ]


def _python() -> Finding:
    return Finding("python", Grade.GOOD, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _probe_torch() -> dict[str, object] | str:
    """What a worker finds; an error text where it cannot start. torch is never imported in this process."""
    command = [sys.executable, "-P", "-m", "ge_tui.evaluation.worker.probe"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_S, check=False)
        return dict(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return f"torch did not load within {_PROBE_S} s"
    except ValueError:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]


def _torch_findings(probe: dict[str, object] | str) -> list[Finding]:
    if isinstance(probe, str):
        advice = "install it as the README says; without it nothing can be trained"
        return [Finding("torch", Grade.MISSING, probe, advice)]
    findings = [Finding("torch", Grade.GOOD, str(probe["torch"]))]
    pair = str(probe["torchvision"])
    if pair.startswith("matching"):
        findings.append(Finding("torchvision", Grade.GOOD, pair))
    else:
        advice = "its data sets, transforms and models are made importable all the same; its compiled operators are not"
        findings.append(Finding("torchvision", Grade.WARNING, pair, advice))
    devices = probe["devices"]
    if isinstance(devices, list) and devices:
        findings.append(Finding("gpu", Grade.GOOD, ", ".join(map(str, devices))))
    else:
        cuda = probe.get("cuda")
        findings.append(Finding("gpu", Grade.WARNING, *why_no_gpu(str(probe["torch"]), str(cuda) if cuda else None)))
    return findings


async def _ollama() -> list[Finding]:
    host = os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
    try:
        async with ollama.AsyncClient(timeout=_OLLAMA_S) as client:
            listed = await asyncio.wait_for(client.list(), _OLLAMA_S)
    except (Exception, TimeoutError) as error:  # noqa: BLE001  (the client raises ten kinds; all mean: not usable)
        advice = "runs use the built-in operators (--llm offline); for an LLM start it with: ollama serve"
        return [Finding("ollama", Grade.WARNING, f"no answer from {host} ({type(error).__name__})", advice)]
    models = [str(model.model) for model in listed.models]
    found = Finding("ollama", Grade.GOOD, f"answers at {host}")
    if not models:
        return [
            found,
            Finding("models", Grade.WARNING, "none installed", "get one with: ge-tui models pull qwen2.5-coder:7b"),
        ]
    return [found, Finding("models", Grade.GOOD, ", ".join(models))]


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    detail = f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free, {os.cpu_count()} cores"
    if memory.available < 2 << 30:
        return Finding("memory", Grade.WARNING, detail, "close something, or lower slots")
    return Finding("memory", Grade.GOOD, detail)


def _disk(name: str, folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    detail = f"{folder}: {free / 2**30:.1f} GiB free"
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        return Finding(f"disk ({name})", Grade.MISSING, f"{folder} cannot be written", "choose another folder")
    try:
        refuse_network_file_system(existing)
    except UserError as error:
        grade = Grade.MISSING if name == "runs" else Grade.WARNING
        return Finding(f"disk ({name})", grade, str(error), "choose a folder on a local disk")
    if free < _LOW_DISK:
        return Finding(f"disk ({name})", Grade.WARNING, detail, "make room; a thousand children take about 30 MB")
    return Finding(f"disk ({name})", Grade.GOOD, detail)


def _data() -> Finding:
    there = [info.name for info in catalogue() if info.on_disk]
    advice = "" if "cifar10" in there else "get CIFAR-10 (170 MB) with: ge-tui data cifar10"
    return Finding("data", Grade.GOOD, f"ready: {', '.join(there)}", advice)


def _examine_box() -> BoxReport | str:
    """The box, tested by a child that is in it and tries to get out; an error text where that cannot be done."""
    try:
        return examine_here()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return f"the test of the box could not be made: {error}"


def _box_findings(report: BoxReport | str) -> list[Finding]:
    if isinstance(report, str):
        return [Finding("box", Grade.MISSING, report, _NO_BOX)]
    layers = [
        Finding(f"box: {state.layer}", Grade.GOOD if state.in_force else Grade.WARNING, state.detail,
                "" if state.in_force else _ABSENT[state.layer])
        for state in report.layers
        if state.in_force or state.layer is not Layer.BUBBLEWRAP or Layer.NAMESPACES not in report.names
    ]  # fmt: skip
    open_ = [proof for proof in report.proofs if not proof.stopped]
    detail = f"{len(report.proofs) - len(open_)} of {len(report.proofs)} attempts to get out of it were stopped"
    if open_:
        detail += "; not stopped: " + ", ".join(proof.attempt for proof in open_)
    if not report.safe:
        return [
            Finding("box", Grade.MISSING, f"it does not give: {', '.join(report.missing)}. {detail}", _NO_BOX),
            *layers,
        ]
    grade, advice = (
        (Grade.WARNING, "what is open does harm to this machine's resources only") if open_ else (Grade.GOOD, "")
    )
    return [Finding("box", grade, detail, advice), *layers]


def _gpu_in_the_box(probe: dict[str, object] | str) -> list[Finding]:
    """A small computation on an NVIDIA GPU from inside the box, where there is one."""
    if isinstance(probe, str) or not probe.get("cuda") or not probe["devices"]:
        return []
    try:
        found = examine_gpu_here()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        found = GpuReport(openings=(), problem=f"the test could not be made: {error}")
    if is_busy(found.problem):
        return [Finding("box: gpu", Grade.WARNING, found.problem, _GPU_BUSY)]
    if found.problem:
        return [Finding("box: gpu", Grade.MISSING, found.problem, _NO_GPU_IN_THE_BOX)]
    opened = f"; let through for its driver: {', '.join(found.openings)}" if found.openings else ""
    return [Finding("box: gpu", Grade.GOOD, f"it computes in the box{opened}")]


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    encoding = sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)
    detail = f"{os.environ.get('TERM', 'unknown')}, {size.columns} x {size.lines}, {encoding}"
    if "utf" not in encoding.lower():
        return Finding("terminal", Grade.WARNING, detail, "set a UTF-8 locale, e.g. LANG=C.UTF-8")
    return Finding("terminal", Grade.GOOD, detail)
