"""Tables that several commands show."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table

from ge_tui.printable import printable
from ge_tui.run.individuals import made_by, what_was_done
from ge_tui.run.pool import Pool
from ge_tui.run.store import SEED, RunReader
from ge_tui.run.stored_objectives import objectives_from
from ge_tui.run.summary import format_metric


def front_table(reader: RunReader, objectives: list[dict[str, Any]], shown: int = 10) -> Table:
    """The archive of a run, best by its first objective first, and the seed to compare with."""
    names = [row["name"] for row in objectives]
    columns = [*names, *(["loss"] if "loss" not in names else [])]
    table = Table(box=None, header_style="bold", title="front", title_justify="left", title_style="bold")
    table.add_column("#", justify="right")
    for name in columns:
        table.add_column(name, justify="right")
    table.add_column("made by", no_wrap=True)
    table.add_column("what", no_wrap=True, overflow="ellipsis")
    pool = Pool(reader, objectives_from(objectives))
    front = pool.front
    for candidate in front[:shown]:
        row = reader.individual(candidate.number)
        values = [format_metric(name, candidate.metrics.get(name)) for name in columns]
        table.add_row(
            str(candidate.number), *values, *((made_by(row), escape(printable(what_was_done(row)))) if row else ())
        )
    seed = pool.candidate(SEED)
    if seed is not None and SEED not in [candidate.number for candidate in front[:shown]]:
        values = [format_metric(name, seed.metrics.get(name)) for name in columns]
        table.add_row("seed", *values, "", "", style="dim")
    if len(front) > shown:
        table.caption = f"and {len(front) - shown} more"
    return table
