"""`ge-tui runs` and `ge-tui show`: looking at runs."""

from __future__ import annotations

import argparse
import difflib
import time
from dataclasses import asdict
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from ge_tui.cli.credit import print_credit
from ge_tui.cli.individual import print_individual, print_text, record_of
from ge_tui.cli.output import print_json, print_table, printable
from ge_tui.cli.prompts import print_prompts, print_wording
from ge_tui.cli.tables import front_table, made_by, what_was_done
from ge_tui.cli.time_spent import print_time
from ge_tui.errors import ExitCode, UsageError, UserError
from ge_tui.run.directory import RunDirectory, all_runs, find_run
from ge_tui.run.overview import RunOverview, overview
from ge_tui.run.store import IndividualRow, RunReader
from ge_tui.run.summary import (
    BELOW,
    best,
    failures,
    format_metric,
    individual_as_json,
    run_as_json,
    standings,
    status_of,
    value_in_words,
)


def runs(options: argparse.Namespace) -> int:
    """A line for each run."""
    found = [overview(directory) for directory in all_runs(options.runs)]
    if options.json:
        print_json([_run_as_json(run) for run in found])
        return ExitCode.DONE
    if not found:
        print(f"no runs in {options.runs}; begin one with: ge-tui run")
        return ExitCode.DONE
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("run", "status", "task", "data", "generation", "evaluated", "best", "begun"):
        table.add_column(name)
    for run in found:
        if run.problem:
            table.add_row(run.name, "unreadable", escape(run.problem))
            continue
        begun = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created_at))
        progress = f"{run.generation} of {run.generations}"
        top = ", ".join(f"{name} {format_metric(name, value)}" for name, value in run.best.items())
        table.add_row(run.name, run.status, run.task, run.data, progress, str(run.evaluated), top or "-", begun)
    print_table(table)
    return ExitCode.DONE


def show(options: argparse.Namespace) -> int:
    """A run as a whole, or one individual."""
    directory = find_run(options.runs, options.run)
    with RunReader(directory.database) as reader:
        reader.hold()
        if options.individual is None:
            if options.text:
                raise UsageError(f"--{options.text} is for one individual: name its NUMBER, seed or best")
            if options.credit:
                print_credit(reader, as_json=options.json)
                return ExitCode.DONE
            if options.time:
                print_time(reader, as_json=options.json)
                return ExitCode.DONE
            if options.prompts:
                print_prompts(reader, as_json=options.json)
                return ExitCode.DONE
            if options.wording is not None:
                print_wording(reader, options.wording)
                return ExitCode.DONE
            if options.json:
                print_json(run_as_json(directory, reader))
            else:
                _show_run(directory, reader)
            return ExitCode.DONE
        if options.prompts or options.time or options.wording is not None:
            raise UsageError("--time, --prompts and --wording are of a whole run: leave the individual out")
        row = _individual(reader, options.individual)
        if options.text:
            print_text(reader, row, options.text)
            return ExitCode.DONE
        standing = standings(reader)[row.number]
        if options.json:
            print_json({**individual_as_json(row, standing), **record_of(reader, row)})
        else:
            print_individual(reader, row, standing)
    return ExitCode.DONE


def _run_as_json(run: RunOverview) -> dict[str, Any]:
    if run.problem:
        return {"name": run.name, "path": run.path, "problem": run.problem}
    rest = asdict(run)
    del rest["problem"]
    return rest


def _individual(reader: RunReader, name: str) -> IndividualRow:
    number: int | None
    if name == "best":
        number = best(reader)
        if number is None:
            raise UserError("nothing in this run has been evaluated yet, so there is no best")
    elif name == "seed":
        number = 0
    elif name.isdecimal():
        number = min(int(name[:20]), (1 << 63) - 1)
    else:
        close = difflib.get_close_matches(name, ("seed", "best"), n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ": give its number, seed or best"
        raise UsageError(f"'{name}' is no individual{hint}")
    row = reader.individual(number)
    if row is None:
        raise UserError(f"the run has no individual {name}; it has {reader.next_number()}, numbered from 0")
    return row


def _show_run(directory: RunDirectory, reader: RunReader) -> None:
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
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("generation", "children", "evaluated", "failed", "duplicates", "front", "hypervolume"):
        table.add_column(name, justify="right")
    for row in reader.generations():
        if row.closed_at is None:
            table.add_row(str(row.number), "open")
        else:
            figures = (row.number, row.children, row.evaluated, row.failed, row.duplicates, row.front_size)
            table.add_row(*map(str, figures), f"{row.hypervolume:.5f}")
    print_table(table)
    causes = failures(rows)
    if causes:
        print("failed: " + ", ".join(f"{number} {outcome}" for outcome, number in causes.items()))
    print_table(front_table(reader, run.objectives, shown=50))
    print_table(_individuals_table(reader, rows, run.objectives))


def _individuals_table(reader: RunReader, rows: list[IndividualRow], objectives: list[dict[str, Any]]) -> Table:
    where = standings(reader)
    names = [row["name"] for row in objectives]
    table = Table(box=box.SIMPLE_HEAD, title="individuals", title_justify="left", title_style="bold")
    for name in ("#", "gen", *names, "rank"):
        table.add_column(name, justify="right")
    for name in ("made by", "what", "status"):
        table.add_column(name)
    for row in rows:
        standing = where[row.number]
        values = [value_in_words(standing, name) for name in names]
        place = "-" if standing.rank is None else f"{standing.rank}{'*' if standing.front else ''}"
        status = row.status if row.outcome in (None, "ok") else f"{row.status}: {row.outcome}"
        if row.duplicate_of is not None:
            status = f"duplicate of #{row.duplicate_of}"
        table.add_row(
            str(row.number),
            str(row.generation),
            *values,
            place,
            made_by(row),
            escape(what_was_done(row)),
            status,
        )
    if any(where[row.number].below for row in rows):
        table.caption = f"{BELOW} measured at a lower rung, where it stayed; ranked behind all at the run's rung"
        table.caption_justify = "left"
    return table
