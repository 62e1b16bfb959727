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
from ge_tui.evaluation.data import catalogue
from ge_tui.run.directory import refuse_network_file_system

_PROBE_S = 120
_OLLAMA_S = 3.0
_LOW_DISK = 2 << 30


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
        _isolation(),
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
        advice = "trainings run on the CPU; for an NVIDIA card install the driver and a CUDA build of torch"
        findings.append(Finding("gpu", Grade.WARNING, "torch finds none", advice))
    return findings


async def _ollama() -> list[Finding]:
    host = os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
    try:
        listed = await asyncio.wait_for(ollama.AsyncClient(timeout=_OLLAMA_S).list(), _OLLAMA_S)
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
        return Finding("memory", Grade.WARNING, detail, "close something, or lower evaluation.slots")
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


def _isolation() -> Finding:
    detail = "genomes run in processes of their own with limits on time, memory and output, and a scrubbed environment"
    advice = "they can still read your files and use the network: evaluate only code you would run yourself"
    return Finding("isolation", Grade.WARNING, detail, advice)


def _terminal() -> Finding:
    size = shutil.get_terminal_size()
    encoding = sys.stdout.encoding or locale.getpreferredencoding(do_setlocale=False)
    detail = f"{os.environ.get('TERM', 'unknown')}, {size.columns} x {size.lines}, {encoding}"
    if "utf" not in encoding.lower():
        return Finding("terminal", Grade.WARNING, detail, "set a UTF-8 locale, e.g. LANG=C.UTF-8")
    return Finding("terminal", Grade.GOOD, detail)
