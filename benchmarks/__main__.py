"""Every figure about speed in one go: `python -m benchmarks [NAME…] [--quick] [--json FILE]`.

Each benchmark runs in a process of its own and prints its table; FILE gets all figures by name. `--quick` takes fewer
repeats and smaller runs: minutes instead of an hour. Where there is a GPU, the trainings are measured on it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.output import write_json


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark with its arguments."""

    title: str
    module: str
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    """Added where time is short."""


PARTS: dict[str, Part] = {
    "spawn": Part("beginning with a genome, and the checks before training", "spawn", (), ("--jobs", "6")),
    "trainer": Part("the trainer against a bare loop", "trainer", (), ("--steps", "30")),
    "trainer-paper": Part(
        "the same by recipe paper", "trainer", ("--recipe", "paper", "--steps", "20"), ("--steps", "10")
    ),
    "paper": Part("recipe paper against files and eight workers", "paper", (), ("--images", "864")),
    "rank": Part("rank correlation between rungs", "rank_correlation"),
    "budget": Part(
        "duplicates, pruning and rungs: saved, and their price", "budget", (), ("--seeds", "3", "--generations", "8")
    ),
    "scale": Part("what a child costs as a run grows", "scale", (), ("--children", "1000")),
}  # fmt: skip
LONG = frozenset({"rank"})
"""Trains for many minutes; left out of a quick round unless named."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in PARTS]
    if unknown:
        parser.error(f"no benchmark '{unknown[0]}'; there are: {', '.join(PARTS)}")
    names = options.names or [name for name in PARTS if not (options.quick and name in LONG)]
    figures: dict[str, Any] = {"machine": machine()}
    failed = 0
    print(", ".join(f"{name} {value}" for name, value in figures["machine"].items()))
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            part = PARTS[name]
            print(f"\n== {name}: {part.title}", flush=True)
            file = Path(folder, f"{name}.json")
            failed += bool(run(part, file, quick=options.quick))
            figures[name] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    figures["machine"]["load at the end"] = round(os.getloadavg()[0], 1)
    write_json(options.json, figures)
    return 1 if failed else 0


def run(part: Part, file: Path, *, quick: bool) -> int:
    """Run one in a process of its own; its exit code."""
    command: Sequence[str] = (
        sys.executable, "-m", f"benchmarks.{part.module}", *part.arguments, *(part.quick if quick else ()),
        "--json", str(file),
    )  # fmt: skip
    as_a_worker = {**os.environ, "THP_MEM_ALLOC_ENABLE": "1"}
    return subprocess.run(command, check=False, env=as_a_worker).returncode


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cores": psutil.cpu_count() or 0,
        "memory GB": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "load at the start": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    sys.exit(main())
