"""What exports of a run found out on the test part, read from their `genome.json`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ge_tui.errors import UsageError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader, RunRow
from ge_tui.statistics import Difference, Summary

_FILE = "genome.json"
_INSIDE = (_FILE, f"*/{_FILE}", f"*/*/{_FILE}", f"*/*/*/{_FILE}")
"""An export of the front has a folder for each network, and each of these may hold a reduced one."""
_OPENED = "test_opened"
_SAME_MOMENT_S = 5.0
"""Between the export's clock and the line on the run's record."""


class _Read(BaseModel):
    """Of the file only what is told; others may add to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Run(_Read):
    name: str
    created_at: float


class _Individual(_Read):
    number: int
    without: tuple[int, ...] = ()
    sha256: str


class _Plan(_Read):
    recipe: str
    rung: str
    steps: int


class Measured(_Read):
    """One network over its trainings."""

    test_accuracy: Summary
    val_accuracy: Summary
    params: float
    flops: float | None = None


class Verification(_Read):
    """As `ge-tui export --verify` wrote it."""

    seeds: tuple[int, ...]
    plan: _Plan
    winner: Measured
    seed: Measured
    difference: Difference
    verified: bool
    verdict: str
    opened_at: float
    opened_before: int


class _Genome(_Read):
    run: _Run
    individual: _Individual
    verification: Verification | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What one export found out about one network, and about the seed beside it."""

    number: int
    without: tuple[int, ...]
    """Changes that were taken out of it again."""
    found: Verification
    on_record: bool
    """Whether the run itself knows that the test part was opened for it then."""

    @property
    def label(self) -> str:
        gone = ", ".join(f"#{number}" for number in self.without)
        return f"#{self.number}" + (f" without {gone}" if gone else "")


def read_verified(
    directory: RunDirectory, reader: RunReader, run: RunRow, named: Sequence[Path] = ()
) -> tuple[Verified, ...]:
    """Of each network the newest, best known first: what was named, lies in the run's folder, or is on its record.

    Raises UsageError for a folder that was named and is no verified export of this run; others are passed over.
    """
    opened = [(event.at, event.payload.get("individuals", ())) for event in reader.events() if event.kind == _OPENED]
    newest: dict[tuple[int, tuple[int, ...]], Verified] = {}

    def take(genome: _Genome) -> None:
        found, one = genome.verification, genome.individual
        if found is None:
            return
        on_record = any(abs(at - found.opened_at) < _SAME_MOMENT_S and one.number in each for at, each in opened)
        before = newest.get((one.number, one.without))
        if before is None or before.found.opened_at < found.opened_at:
            newest[one.number, one.without] = Verified(one.number, one.without, found, on_record)

    for folder in named:
        of_this = [genome for genome in _exports(folder) if _is_of(genome, run, reader)]
        if not any(genome.verification for genome in of_this):
            raise UsageError(f"{folder}: {_why_not(folder, of_this)}")
        for genome in of_this:
            take(genome)
    recorded = [Path(str(event.payload["to"])) for event in reader.events() if event.kind == "exported"]
    for folder in (directory.path, *recorded):
        for genome in _exports(folder):
            if _is_of(genome, run, reader):
                take(genome)
    return tuple(sorted(newest.values(), key=lambda one: (-one.found.winner.test_accuracy.mean, one.number)))


def _exports(folder: Path) -> Iterator[_Genome]:
    """Every export in a folder that can be read as one."""
    for file in sorted({file for pattern in _INSIDE for file in folder.glob(pattern)}):
        try:
            yield _Genome.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            continue  # somebody's file of that name, or of another version: nothing that can be told


def _is_of(genome: _Genome, run: RunRow, reader: RunReader) -> bool:
    """Whether it is this very run's, to the letter where the text is that of an individual."""
    if (genome.run.name, genome.run.created_at) != (run.name, run.created_at):
        return False
    source = reader.source(genome.individual.number)
    if source is None or genome.individual.without:
        return source is not None
    return hashlib.sha256(source.encode()).hexdigest() == genome.individual.sha256


def _why_not(folder: Path, of_this: Sequence[_Genome]) -> str:
    if of_this:
        return "this export was not verified; `ge-tui export --verify` does that"
    if any(True for _ in _exports(folder)):
        return "this is an export of another run"
    return "no export that can be read lies there; name the folder that `ge-tui export` wrote"
