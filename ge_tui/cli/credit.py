"""`ge-tui show RUN --credit`: what each persona, category, operator, model and temperature has earned."""

from __future__ import annotations

from dataclasses import asdict

from rich import box
from rich.table import Table

from ge_tui.cli.output import print_json, print_table
from ge_tui.run.crediting import trials
from ge_tui.run.objectives import objectives_from
from ge_tui.run.pool import Pool
from ge_tui.run.store import RunReader
from ge_tui.search import credit

_KINDS = ("persona", "category", "operator", "model", "temperature")


def print_credit(reader: RunReader, *, as_json: bool) -> None:
    """A row for each arm: tried, valid, improved with its 80 % interval, hypervolume gained, cost."""
    objectives = objectives_from(reader.run().objectives)
    past = trials(reader, Pool(reader, objectives), objectives, with_cost=True)
    earned = {kind: credit(past, kind) for kind in _KINDS}
    if as_json:
        print_json({kind: {arm: asdict(row) for arm, row in arms.items()} for kind, arms in earned.items()})
        return
    if not past:
        print("no child of this run was made with a language model, so there is nothing to credit")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("choice", "arm"):
        table.add_column(name)
    for name in ("tried", "valid", "improved", "rate (80 %)", "gain", "tokens", "seconds"):
        table.add_column(name, justify="right")
    for kind, arms in earned.items():
        for arm, row in arms.items():
            rate = f"{row.mean:.2f} ({row.low:.2f}-{row.high:.2f})"
            figures = (f"{row.gain:.5f}", f"{row.tokens:,}", f"{row.seconds:,.0f}")
            table.add_row(kind, arm, str(row.tried), str(row.valid), str(row.improved), rate, *figures)
        table.add_section()
    print_table(table)
