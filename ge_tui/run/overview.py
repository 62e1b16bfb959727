"""A run in one line, for lists of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ge_tui.errors import UserError
from ge_tui.run.directory import RunDirectory
from ge_tui.run.store import RunReader
from ge_tui.run.summary import best, status_of


@dataclass(frozen=True, slots=True)
class RunOverview:
    """What a list shows of a run."""

    name: str
    path: str
    problem: str = ""
    """Why the run cannot be read; everything below is empty then."""
    status: str = ""
    reason: str = ""
    task: str = ""
    data: str = ""
    llm: str = ""
    generation: int = 0
    """The last one that was closed."""
    generations: int = 0
    evaluated: int = 0
    best_number: int | None = None
    best: Mapping[str, float] = field(default_factory=dict)
    """Its metrics that are objectives, in the order of the objectives."""
    created_at: float = 0.0
    seconds: float = 0.0
    hypervolumes: tuple[float, ...] = ()
    """At the close of each generation."""


def overview(directory: RunDirectory) -> RunOverview:
    """A run as a list shows it; one that cannot be read says why."""
    try:
        with RunReader(directory.database) as reader:
            run = reader.run()
            champion = best(reader)
            metrics = reader.metrics([champion])[champion] if champion is not None else {}
            closed = [row for row in reader.generations() if row.closed_at is not None]
            return RunOverview(
                name=directory.name,
                path=str(directory.path),
                status=status_of(directory, run.status),
                reason=run.status_reason,
                task=str(run.task["name"]),
                data=str(run.data["name"]),
                llm=str(run.settings["llm"]),
                generation=closed[-1].number if closed else 0,
                generations=int(run.settings["search"]["generations"]),
                evaluated=reader.count_evaluations(),
                best_number=champion,
                best={row["name"]: metrics[row["name"]] for row in run.objectives if row["name"] in metrics},
                created_at=run.created_at,
                seconds=run.seconds,
                hypervolumes=tuple(row.hypervolume for row in closed if row.hypervolume is not None),
            )
    except UserError as error:
        return RunOverview(directory.name, str(directory.path), problem=str(error))
