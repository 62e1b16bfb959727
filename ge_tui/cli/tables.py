"""Tables that several commands show."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ge_tui.run.engine.pool import Pool
from ge_tui.run.objectives import objectives_from
from ge_tui.run.store import RunReader
from ge_tui.run.summary import format_metric


def front_table(reader: RunReader, objectives: list[dict[str, Any]], shown: int = 10) -> Table:
    """The archive of a run, best by its first objective first."""
    names = [row["name"] for row in objectives]
    columns = [*names, *(["loss"] if "loss" not in names else [])]
    table = Table(box=None, header_style="bold", title="front", title_justify="left", title_style="bold")
    table.add_column("#", justify="right")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column("made by")
    table.add_column("parents")
    front = Pool(reader, objectives_from(objectives)).front
    for candidate in front[:shown]:
        row = reader.individual(candidate.number)
        values = [format_metric(name, candidate.metrics.get(name)) for name in columns]
        parents = " x ".join(f"#{parent}" for parent in row.parents) if row else ""
        table.add_row(str(candidate.number), *values, row.operator if row else "", parents)
    if len(front) > shown:
        table.caption = f"and {len(front) - shown} more"
    return table
