"""`ge-tui show`: a run, or one of its individuals."""

from __future__ import annotations

import argparse
from typing import Any

from rich.table import Table

from ge_tui.cli.credit import print_credit
from ge_tui.cli.individual import print_individual, print_text, record_of
from ge_tui.cli.output import print_json, print_table, table_of
from ge_tui.cli.prompts import print_prompts, print_wording
from ge_tui.cli.tables import front_table
from ge_tui.cli.time_spent import print_time
from ge_tui.errors import ExitCode, UsageError
from ge_tui.printable import printable
from ge_tui.run.directory import RunDirectory, find_run
from ge_tui.run.individuals import find_individual, made_by, number_called, status_in_words, what_was_done
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.run.summary import (
    BELOW,
    failures,
    individual_as_json,
    run_as_json,
    standings,
    status_of,
    value_in_words,
)

_OF_A_RUN = {"credit": print_credit, "time": print_time, "prompts": print_prompts}


def show(options: argparse.Namespace) -> int:
    """A run as a whole, or one individual."""
    directory = find_run(options.runs, options.run)
    with RunReader(directory.database) as reader:
        reader.hold()
        if options.individual is None:
            _show_run(directory, reader, options)
        else:
            _show_individual(reader, options)
    return ExitCode.DONE


def _show_run(directory: RunDirectory, reader: RunReader, options: argparse.Namespace) -> None:
    if options.text:
        raise UsageError(f"--{options.text} is for one individual: name its NUMBER, seed or best")
    if options.whole:
        _OF_A_RUN[options.whole](reader, as_json=options.json)
    elif options.wording is not None:
        print_wording(reader, options.wording)
    elif options.json:
        print_json(run_as_json(directory, reader))
    else:
        _print_run(directory, reader)


def _show_individual(reader: RunReader, options: argparse.Namespace) -> None:
    if options.whole or options.wording is not None:
        raise UsageError(f"--{options.whole or 'wording'} is of a whole run: leave the individual out")
    row = find_individual(reader, number_called(reader, options.individual))
    if options.text:
        print_text(reader, row, options.text)
        return
    standing = standings(reader)[row.number]
    if options.json:
        print_json({**individual_as_json(row, standing), **record_of(reader, row)})
    else:
        print_individual(reader, row, standing)


def _print_run(directory: RunDirectory, reader: RunReader) -> None:
    run = reader.run()
    rows = reader.individuals()
    reason = f" ({printable(run.status_reason)})" if run.status_reason else ""
    print(f"{run.name}: {status_of(directory, run.status)}{reason}")
    counts = ", ".join(f"{number:,} {part}" for part, number in run.data["counts"].items())
    print(f"task {run.task['name']}, data {run.data['name']} ({counts}), proposals: {run.settings['llm']}")
    residency = run.environment.get("residency")
    if residency:
        print(f"language model {residency['mode']}: {printable(residency['reason'])}")
    print(f"worked {run.seconds:,.0f} s; {directory.path}\n")
    print_table(_generations_table(reader))
    causes = failures(rows)
    if causes:
        print("failed: " + ", ".join(f"{number} {outcome}" for outcome, number in causes.items()))
    print_table(front_table(reader, run.objectives, shown=50))
    print_table(_individuals_table(reader, rows, run.objectives))


def _generations_table(reader: RunReader) -> Table:
    names = ("generation", "children", "evaluated", "failed", "duplicates", "front", "hypervolume")
    rows = []
    for row in reader.generations():
        if row.closed_at is None:
            rows.append([str(row.number), "open"])
        else:
            figures = (row.number, row.children, row.evaluated, row.failed, row.duplicates, row.front_size)
            rows.append([*map(str, figures), f"{row.hypervolume:.5f}"])
    return table_of(names, rows, right=names)


def _individuals_table(reader: RunReader, rows: list[IndividualRow], objectives: list[dict[str, Any]]) -> Table:
    where = standings(reader)
    names = [row["name"] for row in objectives]
    shown = []
    for row in rows:
        standing = where[row.number]
        values = [value_in_words(standing, name) for name in names]
        place = "-" if standing.rank is None else f"{standing.rank}{'*' if standing.front else ''}"
        shown.append(
            (str(row.number), str(row.generation), *values, place, made_by(row), what_was_done(row),
             status_in_words(row))
        )  # fmt: skip
    below = any(where[row.number].below for row in rows)
    note = f"{BELOW} measured at a lower rung, where it stayed; ranked behind all at the run's rung" if below else ""
    right = ("#", "gen", *names, "rank")
    return table_of((*right, "made by", "what", "status"), shown, right, title="individuals", note=note)
