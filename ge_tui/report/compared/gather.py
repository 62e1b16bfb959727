"""The runs that are to be compared, read with one reference for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ge_tui.errors import UsageError, UserError
from ge_tui.run.course import Reached, course_of
from ge_tui.run.directory import RunDirectory
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader, RunRow
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.stored_settings import settings_of
from ge_tui.run.summary import status_of
from ge_tui.search import Objective


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run as a comparison sees it."""

    name: str
    status: str
    settings: Mapping[str, Any]
    course: tuple[Reached, ...]
    """Its hypervolume by the reference that all runs share."""
    steered: tuple[str, ...]
    """The controls that a user changed while it ran."""

    @property
    def seed(self) -> int:
        """Of every draw it made."""
        return int(self.settings["seed"])

    @property
    def last(self) -> Reached:
        """What it had reached in the end."""
        return self.course[-1]


def read_runs(directories: Sequence[RunDirectory]) -> tuple[list[ComparedRun], tuple[Objective, ...]]:
    """The runs, and what is sought in them with the shared reference.

    Raises UsageError where the figures of two do not compare, UserError where one has not measured its seed.
    """
    rows = []
    for directory in directories:
        with RunReader(directory.database) as reader:
            rows.append(reader.run())
    for directory, row in zip(directories, rows, strict=True):
        if difference := _difference(rows[0], row):
            raise UsageError(f"{directories[0].name} and {directory.name} do not compare: {difference}")
        if any(objective["reference"] is None for objective in row.objectives):
            raise UserError(
                f"run {directory.name} has not measured its seed yet, so nothing of it compares; let it go on "
                f"first: ge-tui run --resume {directory.name}"
            )
    objectives = _shared([objectives_from(row.objectives) for row in rows])
    return [_read(directory, objectives) for directory in directories], objectives


def _read(directory: RunDirectory, objectives: Sequence[Objective]) -> ComparedRun:
    with RunReader(directory.database) as reader:
        reader.hold()
        run = reader.run()
        course = course_of(reader, Pool(reader, objectives), objectives)
        if not course:
            raise UserError(
                f"run {directory.name} has no training that came to an end; leave it out, or let it go on first"
            )
        steered = dict.fromkeys(row.key for row in reader.controls() if row.actor == "user")
        status = status_of(directory, run.status)
        settings = settings_of(run).model_dump(mode="json")
        return ComparedRun(directory.name, status, settings, tuple(course), tuple(steered))


def _difference(one: RunRow, other: RunRow) -> str:
    """Why the figures of two runs do not compare; empty where they do."""

    def facts(run: RunRow) -> dict[str, Any]:
        return {
            "the task": run.task["name"],
            "the seed network": run.task["seed_source"],
            "the data": (run.data["name"], run.data["digest"]),
            "the recipe": run.settings["evaluation"]["recipe"],
            "the rung of training": run.settings["evaluation"]["rung"],
            "the objectives": [(row["name"], row["direction"], row["scale"]) for row in run.objectives],
        }

    ours, theirs = facts(one), facts(other)
    return next((f"{name} is not the same" for name in ours if ours[name] != theirs[name]), "")


def _shared(every: Sequence[Sequence[Objective]]) -> tuple[Objective, ...]:
    """The objectives with the widest reference of any run: whatever counts in one counts for all."""
    shared = []
    for same in zip(*every, strict=True):
        references = [objective.reference for objective in same if objective.reference is not None]
        widest = min(references) if same[0].direction == "max" else max(references)
        shared.append(replace(same[0], reference=widest))
    return tuple(shared)
