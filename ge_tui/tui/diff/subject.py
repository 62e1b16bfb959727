"""What is on record of an individual, as far as a comparison shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ge_tui.evaluation.report import ModuleShape
from ge_tui.llm.proposer import Step
from ge_tui.run.store import RunReader, StoreError


@dataclass(frozen=True, slots=True)
class Subject:
    """An individual as it stood when it was read."""

    number: int
    source: str | None
    steps: tuple[Step, ...] = ()
    """How it was made."""
    reason: str = ""
    output: str = ""
    """The end of what its latest training printed."""
    modules: tuple[ModuleShape, ...] | None = None
    modules_of: int | None = None
    """Whose layers they are: its own, or those of the original that it duplicates."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An individual and the one it is compared with."""

    number: int
    other: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the store said."""

    asked: Asked
    subject: Subject
    other: Subject | None
    seed: str
    """The seed's source, by whose segments all are cut."""


def read(reader: RunReader, asked: Asked) -> Answered:
    """Read what a comparison needs. Blocking. Raises StoreError, sqlite3.Error."""
    other = None if asked.other is None else read_subject(reader, asked.other)
    return Answered(asked, read_subject(reader, asked.number), other, reader.source(0) or "")


def read_subject(reader: RunReader, number: int) -> Subject:
    """One individual. Blocking. Raises StoreError, sqlite3.Error."""
    row = reader.individual(number)
    if row is None:
        raise StoreError(f"there is no individual {number} in this run")
    modules, owner = reader.modules(number), number
    if modules is None:
        owner = reader.original(number)
        modules = reader.modules(owner)
    return Subject(
        number,
        reader.source(number),
        _steps(row.arguments),
        row.reason,
        reader.output(number),
        modules,
        None if modules is None else owner,
    )


def _steps(arguments: dict[str, Any]) -> tuple[Step, ...]:
    steps = arguments.get("steps")
    if not isinstance(steps, list):
        return ()
    names = ("operator", "kind", "segment", "detail")
    return tuple(Step(*(str(step.get(name) or "") for name in names)) for step in steps if isinstance(step, dict))
